import { LAST_INSTANT, type Instant } from '../model/instant.ts'
import type { ObjectionCode } from '../model/decision.ts'
import type { Case } from './case.ts'

/** "Never" as an instant: no change foreseen. */
export const NEVER: Instant = Number.POSITIVE_INFINITY

/**
 * What one rule says at one instant, from the facts as they stand.
 *
 * `code` null: it does not object, and says the same at least until `until`.
 * `code` set: it objects, and `until` is the first instant at which it no longer
 * does (NEVER: none is known). Written into rather than returned: a decision asks
 * dozens of rules and must not feed the garbage collector.
 */
export interface Answer {
  code: ObjectionCode | null
  until: Instant
}

/** Who says so: what an objection carries besides its code and end. */
export interface RuleIdentity {
  readonly rule: string
  readonly pack: string
  readonly version: string
  readonly citation: string
  readonly verified: boolean
}

/** One rule of a pack, or one of the product's own promises, ready to be asked. */
export interface CompiledRule extends RuleIdentity {
  /** May it ever speak in this case, whatever the instant? */
  readonly concerns: (facts: Case) => boolean
  readonly ask: (facts: Case, at: Instant, answer: Answer) => void
  /** Which other reminder stands in the way, when it objects? Absent: no reminder does. */
  readonly names?: (facts: Case) => string | undefined
  /** Does it set contact hours? Then a fallback pack need not, and an endless search means that no common hour exists. */
  readonly setsHours: boolean
}

export function allows(answer: Answer, until: Instant = NEVER): void {
  answer.code = null
  answer.until = until
}

/** An end later than any date can be written for is none that is known. */
export function objects(answer: Answer, code: ObjectionCode, until: Instant = NEVER): void {
  answer.code = code
  answer.until = until > LAST_INSTANT ? NEVER : until
}
