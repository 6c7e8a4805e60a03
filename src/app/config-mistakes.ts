import type { ConfigProblem } from '../config/config.ts'
import { DecorumError } from '../model/errors.ts'

/** `config/decorum.yaml:12 routes[0].from`, as editors and people read it. */
export const placeOf = ({ file, line, path }: ConfigProblem): string => [line === null ? file : `${file}:${line}`, path].filter((p) => p !== '').join(' ')

/** All mistakes as one error, each with its place and its cure. */
export function mistakes(what: string, problems: readonly ConfigProblem[]): DecorumError {
  return new DecorumError('DECORUM_CONFIG', `${what} has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}`, {
    faults: problems.map((p) => ({ path: placeOf(p), problem: p.problem, cure: p.cure })),
    hint: 'Correct them and run `decorum check`.',
  })
}
