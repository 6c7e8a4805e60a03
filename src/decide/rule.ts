import type { ObjectionCode } from '../model/decision.ts'
import type { RuleDetail, Silence } from '../model/explanation.ts'
import type { PackRule } from '../model/pack-rule.ts'
import { DAY, type Instant, LAST_INSTANT, NEVER } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import type { ConsentExemption } from './consent.ts'
import type { AskEffectivePeriod } from './effective-period.ts'
import type { EvaluationContext } from './evaluation-context.ts'

/**
 * A rule's answer at one instant.
 *
 * `code` null: it does not object, at least until `until`.
 * `code` set: it objects, and `until` is the first instant at which it no longer
 * does (NEVER: none is known). Written into rather than returned: a decision asks
 * dozens of rules, and an object for each answer would burden the garbage collector.
 */
export interface Answer {
  code: ObjectionCode | null
  until: Instant
}

/** What identifies the rule in an objection, besides its code and end. */
interface RuleIdentity {
  readonly rule: string
  readonly pack: string
  readonly version: string
  readonly citation: string
  readonly verified: boolean
}

export type Ask = (c: EvaluationContext, at: Instant, answer: Answer) => void
/** What a rule's answer at one instant rests on: its limits and the records it found. For explanations only. */
export type Detail = (c: EvaluationContext, at: Instant) => RuleDetail

/** A compiled rule shape: the question, and what its answer rests on. */
export interface Shape {
  readonly ask: Ask
  /** Null: the consents it weighs are explained instead. */
  readonly detail: Detail | null
  /** Why it is silent, where the facts do not state what it depends on. */
  readonly silent?: ((c: EvaluationContext, at: Instant) => Silence | null) | undefined
}

/** The pack rule a compiled rule comes from, and what can silence it. For explanations. */
interface RuleSource {
  readonly data: PackRule
  readonly period: AskEffectivePeriod | null
  readonly exemption: ConsentExemption | null
}

/** One rule of a pack, or one of the product's own invariants, ready to be asked. */
export interface CompiledRule extends RuleIdentity {
  /** May it object at any instant in this context? */
  readonly concerns: (c: EvaluationContext) => boolean
  readonly ask: Ask
  /** Absent: there is nothing to explain beyond the objection itself. */
  readonly detail?: Detail | undefined
  /** Why it is silent at an instant, where neither its dates nor consent silence it. For explanations only. */
  readonly silent?: ((c: EvaluationContext, at: Instant) => Silence | null) | undefined
  /** Absent: one of the product's own invariants. */
  readonly source?: RuleSource | undefined
  /** The context as the rule sees it, where its pack has its own location mode. */
  readonly view?: ((c: EvaluationContext) => EvaluationContext) | undefined
  /** Which other reminder is the reason, when it objects? Absent: none. */
  readonly names?: (c: EvaluationContext) => string | undefined
  /** Does it set contact hours? Then a search without end means that no common hour exists. */
  readonly setsHours: boolean
  /** What it regulates; absent for the product's own invariants. */
  readonly regulates?: Regulation
}

/** What a rule regulates, where, and when. House rules bind only where no law regulates the same. */
export interface Regulation {
  /** Null: a matter on which house rules never replace law. */
  readonly what: 'hours' | 'cap' | 'spacing' | 'cooldown' | null
  /** The channels that it counts; null: every one. */
  readonly channels: readonly Channel[] | null
  /** At or below these places; null: everywhere. */
  readonly places: readonly string[] | null
  /** Its dates and days past due; null: it always applies. */
  readonly period: AskEffectivePeriod | null
  /** May it object at any instant, wherever the recipient is? */
  readonly concernsElsewhere: (c: EvaluationContext) => boolean
}

export function allows(answer: Answer, until: Instant = NEVER): void {
  answer.code = null
  answer.until = until
}

/** Objects until `until`; an end later than any date that can be written counts as unknown. */
export function objects(answer: Answer, code: ObjectionCode, until: Instant = NEVER): void {
  answer.code = code
  answer.until = until > LAST_INSTANT ? NEVER : until
}

/** The same rule with its context mapped by `view`, both when it is asked and when it is explained. */
export function withView(rule: CompiledRule, view: (c: EvaluationContext) => EvaluationContext): CompiledRule {
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

/** A time span during which a rule objects; `until` NEVER when no end is known. */
export interface Span {
  from: Instant
  until: Instant
}

/** So few are not worth sorting. */
const FEW_SPANS = 16

/** Objects while any span holds, until the first instant at which none does; otherwise allows until the next begins. */
export function askSpans(stated: readonly Span[], code: ObjectionCode, at: Instant, answer: Answer): void {
  // Each pass may end one span only, when they stand in the wrong order.
  const spans = stated.length < FEW_SPANS ? stated : [...stated].sort((a, b) => a.from - b.from)
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
 * How far ahead to search for an hour that suits every zone.
 *
 * Longer than any run of holidays, shorter than the wait for a change of clocks: hours
 * of Los Angeles, Kolkata and London may overlap again only once summer time has begun in one
 * of them, and by then the recipient's location should have been clarified.
 */
export const COMMON_HOURS_SEARCH = 21 * DAY

const VERSION = '1'

/** A built-in invariant as a rule: it holds everywhere, with any packs. */
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
