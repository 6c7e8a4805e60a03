import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DecorumError } from '../model/errors.ts'
import type { Config, ConfigProblem, ConfigWarning } from './config.ts'
import { loadConfig } from './load.ts'

/**
 * The configuration, or an error that lists every mistake in it.
 *
 * @throws DECORUM_CONFIG
 */
export function configuration(): { config: Config; warnings: ConfigWarning[] } {
  const loaded = loadConfig({ root: rootDirectory(), env: process.env })
  if (loaded.ok) return loaded
  throw configError('the configuration', loaded.problems)
}

/** Warnings go to stderr, so that `--json` stays one document. */
export function printWarnings(warnings: readonly ConfigWarning[]): void {
  for (const { message } of warnings) process.stderr.write(`! ${message}\n`)
}

/** `config/decorum.yaml:12 routes[0].from`, as editors and people read it. */
export const problemLocation = ({ file, line, path }: ConfigProblem): string =>
  [line === null ? file : `${file}:${line}`, path].filter((p) => p !== '').join(' ')

/** All mistakes as one error, each with its place and its cure. */
export function configError(what: string, problems: readonly ConfigProblem[]): DecorumError {
  return new DecorumError(
    'DECORUM_CONFIG',
    `${what} has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}`,
    {
      faults: problems.map((p) => ({ path: problemLocation(p), problem: p.problem, cure: p.cure })),
      hint: 'Correct them and run `decorum check`.',
    },
  )
}

/** Where this build lies, as a checkout or an installed package: the nearest folder above with a package.json. (A compiled file lies elsewhere than its source.) */
export const PACKAGE_DIRECTORY: string = packageDirectory(import.meta.dirname)

/** The directory with `config/` and `templates/`: `DECORUM_ROOT`, or those that came with this build. */
export const rootDirectory = (): string => resolve(process.env['DECORUM_ROOT'] ?? PACKAGE_DIRECTORY)

function packageDirectory(from: string): string {
  const above = dirname(from)
  return existsSync(join(from, 'package.json')) || above === from ? from : packageDirectory(above)
}
