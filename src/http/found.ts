import { DecorumError } from '../model/errors.ts'

/** The thing, or DECORUM_NOT_FOUND. What belongs to another creditor is not found either: its existence is not told. */
export function found<T>(thing: T | null, what: string): T {
  if (thing === null) throw new DecorumError('DECORUM_NOT_FOUND', `there is no such ${what}`)
  return thing
}
