import type { Config, ConfigProblem, ConfigWarning } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { readPacks } from '../config/packs.ts'
import { DecorumError } from '../model/errors.ts'
import type { Pack } from '../model/pack.ts'
import { rootDirectory } from './root-directory.ts'

/**
 * The configuration, or an error that lists every mistake in it.
 *
 * @throws DECORUM_CONFIG
 */
export function configuration(): { config: Config; warnings: ConfigWarning[] } {
  const loaded = loadConfig({ root: rootDirectory(), env: process.env })
  if (loaded.ok) return loaded
  throw mistakes('the configuration', loaded.problems)
}

/**
 * The policy packs alone, for questions that need nothing else to be right.
 *
 * @throws DECORUM_CONFIG
 */
export function policyPacks(): Pack[] {
  const { items, problems } = readPacks(rootDirectory())
  if (problems.length > 0) throw mistakes('a policy pack', problems)
  return items.map(({ value }) => value)
}

function mistakes(what: string, problems: readonly ConfigProblem[]): DecorumError {
  return new DecorumError('DECORUM_CONFIG', `${what} has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}`, {
    faults: problems.map((p) => ({ path: placeOf(p), problem: p.problem, cure: p.cure })),
    hint: 'Correct them and run `decorum check`.',
  })
}

/** `config/decorum.yaml:12 routes[0].from`, as editors and people read it. */
export const placeOf = ({ file, line, path }: ConfigProblem): string => [line === null ? file : `${file}:${line}`, path].filter((p) => p !== '').join(' ')

/** Warnings go to stderr, so that `--json` stays one document. */
export function printWarnings(warnings: readonly ConfigWarning[]): void {
  for (const { message } of warnings) process.stderr.write(`! ${message}\n`)
}
