// Hot path: rules write their answers into one reused object; measured by `npm run bench -- decide`. For callers, `decide` is a pure function of facts, packs and an instant.

import type { Decision, Objection, ObjectionCode } from '../model/decision.ts'
import type { Facts } from '../model/facts.ts'
import { DAY, type Instant, LAST_INSTANT, NEVER } from '../model/time.ts'
import { ZONE_DATA_VERSION } from '../model/zones/zone-data.ts'
import type { EffectivePeriod } from './effective-period.ts'
import { type EvaluationContext, evaluationContext } from './evaluation-context.ts'
import {
  BALANCE_IN_TIME,
  FRESH_BALANCE,
  LOCATION,
  NOT_EXPIRED,
  ONE_CALL,
  PERSON_IN_TIME,
  SYSTEM,
} from './invariants/knowledge.ts'
import { OPEN_ACCOUNT, OWN_ADDRESS, SMS_LINE, STOPPING_EVENT, SUPPRESSION } from './invariants/suppressions.ts'
import { BLOCKED_TIMES, HOLDS, ONE_CATCH_UP, SAME_WORDS } from './invariants/waiting.ts'
import { addPossibleStateHours, yieldToLaw } from './law-precedence.ts'
import { type CompiledPack, packsAt } from './packs.ts'
import { withOneReply } from './replies.ts'
import { type Answer, COMMON_HOURS_SEARCH, type CompiledRule } from './rule.ts'

/** How far ahead to look for the first objection to a message that may go now. */
const LOOK_AHEAD = 400 * DAY

/**
 * May this reminder go out now; if not, when or why never?
 *
 * Pure and total. Refusals outrank deferrals, deferrals outrank sending; every rule
 * that objects is listed, the binding one first. `defer` names the first instant at
 * which none does, found by asking all of them again, not the latest of their ends.
 *
 * @param packs  as `selectPacks` gives them; those that do not apply are ignored
 */
export function decide(facts: Facts, packs: readonly CompiledPack[], now: Instant): Decision {
  try {
    return decideIn(evaluationContext(facts, now), packs)
  } catch {
    // A defect in the code must neither send nor fail the batch: it becomes a refusal that an operator can act on.
    const reason: Objection = {
      code: 'internal_error',
      rule: 'decorum/total',
      pack: 'decorum',
      version: '1',
      citation: 'Decorum: what cannot be decided is not sent',
      verified: true,
      until: null,
    }
    return {
      verdict: 'refuse',
      until: null,
      candidateZones: [],
      packs: [],
      zoneData: ZONE_DATA_VERSION,
      reasons: [reason],
    }
  }
}

function decideIn(c: EvaluationContext, packs: readonly CompiledPack[]): Decision {
  const { now } = c
  const { rules: gathered, applied } = gatherRules(c, packs)
  const rules = withOneReply(c, packs, gathered)
  const answer: Answer = { code: null, until: NEVER }
  const reasons: Objection[] = []
  /** Until when each rule is known not to object; `now` for one that does. */
  const quiet = new Array<Instant>(rules.length)
  let final = false
  let latest = now
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as CompiledRule
    rule.ask(c, now, answer)
    quiet[i] = answer.code === null ? answer.until : now
    if (answer.code === null) continue
    reasons.push(objection(rule, answer, c))
    if (answer.until === NEVER) final = true
    else latest = Math.max(latest, answer.until)
  }
  const head = {
    candidateZones: [...(c.located ? c.zoneNames : [])],
    packs: applied,
    zoneData: ZONE_DATA_VERSION,
  }
  if (final) return { verdict: 'refuse', until: null, ...head, reasons: bindingFirst(reasons) }
  if (reasons.length > 0) {
    const until = firstFree(c, rules, quiet, latest)
    if (until !== null) return { verdict: 'defer', until, ...head, reasons: bindingFirst(reasons) }
    return { verdict: 'refuse', until, ...head, reasons: [NO_COMMON_WINDOW, ...bindingFirst(reasons)] }
  }
  return { verdict: 'send', until: firstObjection(c, rules, quiet), ...head, reasons: [] }
}

/** Which rules are asked in this context, the invariants first, and which packs are in force? */
export function gatherRules(
  c: EvaluationContext,
  packs: readonly CompiledPack[],
): { rules: CompiledRule[]; applied: Decision['packs'] } {
  const rules: CompiledRule[] = []
  for (const rule of INVARIANTS) if (rule.concerns(c)) rules.push(rule)
  const applied = gather(c, packs, rules)
  return { rules, applied }
}

/**
 * Adds the rules of every pack that applies; returns the packs in force.
 *
 * Each rule of a fallback pack yields where law regulates the same (`yieldToLaw`).
 * Where only the country is known, the hours of each of its states or provinces hold too.
 */
function gather(c: EvaluationContext, all: readonly CompiledPack[], rules: CompiledRule[]): Decision['packs'] {
  const applied: Decision['packs'] = []
  const law: CompiledRule[] = []
  const anywhere = c.places.some(({ whole }) => whole)
  const packs = packsAt(all, c)
  for (const compiled of packs) {
    if (compiled.pack.fallback) continue
    const before = rules.length
    const applies = compiled.appliesTo(c)
    if (applies) {
      for (const rule of compiled.rules) if (rule.concerns(c)) rules.push(rule)
      if (compiled.pack.kind === 'law' && !compiled.pack.optIn)
        for (let i = before; i < rules.length; i++) law.push(rules[i] as CompiledRule)
    }
    if (anywhere) for (const rule of compiled.rules) addPossibleStateHours(c, rule, rules)
    if (applies || rules.length > before) addInForce(c, compiled, applied)
  }
  for (const compiled of packs) {
    if (!compiled.pack.fallback || !compiled.appliesTo(c)) continue
    const before = rules.length
    for (const rule of compiled.rules) {
      const bound = rule.concerns(c) ? yieldToLaw(rule, c, law) : null
      if (bound !== null) rules.push(bound)
    }
    if (rules.length > before) addInForce(c, compiled, applied)
  }
  return applied
}

function addInForce(c: EvaluationContext, { inForce, pack }: CompiledPack, applied: Decision['packs']): void {
  const time: EffectivePeriod = { applies: true, until: NEVER }
  inForce(c, c.now, time)
  if (time.applies) applied.push({ id: pack.id, version: pack.version })
}

/**
 * The first instant from `from` on at which no rule objects; null when hours never meet.
 *
 * Objections without a foreseeable end that begin later (a stale balance, an expired consent,
 * a passed deadline) are left to the decision at that instant: facts may be renewed meanwhile,
 * and a refusal today would be premature.
 */
function firstFree(
  c: EvaluationContext,
  rules: readonly CompiledRule[],
  quiet: Instant[],
  from: Instant,
): Instant | null {
  const answer: Answer = { code: null, until: NEVER }
  let free = from
  let horizon = from + COMMON_HOURS_SEARCH
  for (let settled = false; !settled;) {
    settled = true
    for (let i = 0; i < rules.length; i++) {
      if ((quiet[i] as Instant) > free) continue
      const rule = rules[i] as CompiledRule
      rule.ask(c, free, answer)
      if (answer.code !== null && answer.until === NEVER && NO_HOUR_LEFT.has(answer.code)) return null
      if (answer.code === null || answer.until === NEVER) {
        quiet[i] = answer.until
        continue
      }
      free = answer.until
      settled = false
      if (!rule.setsHours) horizon = Math.max(horizon, free + COMMON_HOURS_SEARCH)
    }
    if (free > horizon || free > LAST_INSTANT) return null
  }
  return free
}

/** Codes that no later fact cures: the hours never overlap from some instant on. */
const NO_HOUR_LEFT: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>(['no_common_window', 'recipient_blocked_time'])

/** Hours of different rules that never overlap, though each opens at some time. */
const NO_COMMON_WINDOW: Objection = {
  code: 'no_common_window',
  rule: 'decorum/common-window',
  pack: 'decorum',
  version: '1',
  citation: 'Decorum: every rule must agree before anything is sent (promise 3)',
  verified: true,
  until: null,
}

/** The first instant at which any rule objects; null when none is foreseen. */
function firstObjection(c: EvaluationContext, rules: readonly CompiledRule[], quiet: Instant[]): Instant | null {
  const answer: Answer = { code: null, until: NEVER }
  const horizon = c.now + LOOK_AHEAD
  for (;;) {
    let at = NEVER
    for (const until of quiet) if (until < at) at = until
    if (at >= horizon || at > LAST_INSTANT) return null
    for (let i = 0; i < rules.length; i++) {
      if ((quiet[i] as Instant) > at) continue
      const rule = rules[i] as CompiledRule
      rule.ask(c, at, answer)
      if (answer.code !== null) return at
      quiet[i] = answer.until
    }
  }
}

function objection(rule: CompiledRule, answer: Answer, c: EvaluationContext): Objection {
  const reminderId = rule.names?.(c)
  return {
    code: answer.code ?? 'internal_error',
    rule: rule.rule,
    pack: rule.pack,
    version: rule.version,
    citation: rule.citation,
    verified: rule.verified,
    until: answer.until === NEVER ? null : answer.until,
    ...(reminderId === undefined ? {} : { reminderId }),
  }
}

/** Objections without an end first, in the order they were asked; then the ones that last longest. */
const bindingFirst = (reasons: Objection[]): Objection[] =>
  reasons.sort((a, b) => ((b.until ?? NEVER) === (a.until ?? NEVER) ? 0 : (b.until ?? NEVER) - (a.until ?? NEVER)))

/** The built-in invariants as rules, in the order in which objections are listed. */
export const INVARIANTS: readonly CompiledRule[] = [
  OPEN_ACCOUNT,
  NOT_EXPIRED,
  SUPPRESSION,
  STOPPING_EVENT,
  OWN_ADDRESS,
  SMS_LINE,
  ...HOLDS,
  BALANCE_IN_TIME,
  PERSON_IN_TIME,
  FRESH_BALANCE,
  LOCATION,
  BLOCKED_TIMES,
  ONE_CALL,
  ONE_CATCH_UP,
  SAME_WORDS,
  ...SYSTEM,
]
