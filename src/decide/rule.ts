import type { ObjectionCode } from '../model/decision.ts'
import type { RuleDetail, Silence } from '../model/explanation.ts'
import type { PackRule } from '../model/pack-rule.ts'
import { DAY, type Instant, LAST_INSTANT, NEVER } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import type { Opening } from './consent.ts'
import type { AskSpeakingTime } from './speaking-time.ts'

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
interface RuleIdentity {
  readonly rule: string
  readonly pack: string
  readonly version: string
  readonly citation: string
  readonly verified: boolean
}

export type Ask = (c: EvaluationContext, at: Instant, answer: Answer) => void
/** What a rule judges by at one instant: its number, and what it finds. For explanations only; no decision asks it. */
export type Detail = (c: EvaluationContext, at: Instant) => RuleDetail

/** A rule shape filled in: the question, and what an answer to it rests on. */
export interface Shape {
  readonly ask: Ask
  /** Null: what it rests on is told with the consents that it weighs. */
  readonly detail: Detail | null
  /** Why it says nothing, where the case does not state what it turns on. */
  readonly silent?: ((c: EvaluationContext, at: Instant) => Silence | null) | undefined
}

/** Where a rule of a pack comes from, and what silences it: for explanations. */
interface RuleSource {
  readonly data: PackRule
  readonly speaking: AskSpeakingTime | null
  readonly opening: Opening | null
}

/** One rule of a pack, or one of the product's own promises, ready to be asked. */
export interface CompiledRule extends RuleIdentity {
  /** May it ever speak in this case, whatever the instant? */
  readonly concerns: (c: EvaluationContext) => boolean
  readonly ask: Ask
  /** Absent: it rests on nothing but what its objection says. */
  readonly detail?: Detail | undefined
  /** Why it says nothing at an instant, where neither its dates nor consent silence it. For explanations only. */
  readonly silent?: ((c: EvaluationContext, at: Instant) => Silence | null) | undefined
  /** Absent: one of the product's own promises. */
  readonly source?: RuleSource | undefined
  /** The case as the rule sees it, where its pack reads places in a way of its own. */
  readonly view?: ((c: EvaluationContext) => EvaluationContext) | undefined
  /** Which other reminder stands in the way, when it objects? Absent: no reminder does. */
  readonly names?: (c: EvaluationContext) => string | undefined
  /** Does it set contact hours? Then an endless search means that no common hour exists. */
  readonly setsHours: boolean
  /** What of a person's peace it settles; absent for the product's own promises. */
  readonly settles?: SearchSettlement
}

/** What a rule settles, where, and when: by this the house knows where law leaves something to it. */
export interface SearchSettlement {
  /** Hours, counts, spacing or silence after a contact; null: something else, which no rule of the house stands in for. */
  readonly what: 'hours' | 'cap' | 'spacing' | 'cooldown' | null
  /** The channels that it counts; null: every one. */
  readonly channels: readonly Channel[] | null
  /** At or below these places; null: everywhere. */
  readonly places: readonly string[] | null
  /** Its dates and days past due; null: it speaks at all times. */
  readonly speaking: AskSpeakingTime | null
  /** May it ever speak, wherever the person is? */
  readonly concernsElsewhere: (c: EvaluationContext) => boolean
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

/** The same rule, which sees each case as `view` shows it, when it is asked as when it is explained. */
export function seenThrough(rule: CompiledRule, view: (c: EvaluationContext) => EvaluationContext): CompiledRule {
  const { concerns, ask, detail, silent, view: own } = rule
  return {
    ...rule,
    concerns: (c) => concerns(view(c)),
    ask: (c, at, answer) => ask(view(c), at, answer),
    view: own === undefined ? view : (c) => own(view(c)),
    ...(silent === undefined ? {} : { silent: (c, at) => silent(view(c), at) }),
    ...(detail === undefined ? {} : { detail: (c, at) => detail(view(c), at) }),
  }
}

/** A stretch of time in which something stands in the way; `until` NEVER when no end is known. */
export interface Span {
  from: Instant
  until: Instant
}

/** Objects while any span holds, until the first instant at which none does; otherwise allows until the next begins. */
export function askSpans(spans: readonly Span[], code: ObjectionCode, at: Instant, answer: Answer): void {
  let free = at
  let next = NEVER
  for (let settled = false; !settled;) {
    settled = true
    for (const span of spans) {
      if (span.from <= free && span.until > free) {
        free = span.until
        settled = false
      }
    }
    if (free === NEVER) break
  }
  if (free > at) return objects(answer, code, free)
  for (const span of spans) if (span.from > at && span.until > span.from) next = Math.min(next, span.from)
  allows(answer, next)
}

/**
 * How far ahead hours are followed until they meet.
 *
 * Longer than any run of holidays, shorter than the wait for a change of clocks: hours
 * of Los Angeles, Kolkata and London meet again only once summer time has begun in one of
 * them, and by then somebody should have asked where the person is.
 */
export const COMMON_HOURS_SEARCH = 21 * DAY

const VERSION = '1'

/** One of the product's own promises as a rule: it holds everywhere, whatever packs are loaded. */
export function invariant(
  id: string,
  citation: string,
  ask: CompiledRule['ask'],
  concerns: (c: EvaluationContext) => boolean = () => true,
  setsHours = false,
  detail?: Detail,
): CompiledRule {
  return {
    rule: `decorum/${id}`,
    pack: 'decorum',
    version: VERSION,
    citation: `Decorum: ${citation}`,
    verified: true,
    setsHours,
    concerns,
    ask,
    detail,
  }
}
