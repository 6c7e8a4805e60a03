import { CURABLE, type Decision, type ObjectionCode } from '../../model/decision.ts'
import { HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { ReminderStatus } from '../../model/vocabulary.ts'

/** The state of a reminder after a decision other than `send`. */
interface AfterDecision {
  status: Extract<ReminderStatus, 'scheduled' | 'refused' | 'expired'>
  nextAt: Instant
  endReason: ObjectionCode | null
}

/** How soon to decide again on a reminder that waits for an operator or for missing facts; a change of its facts wakes it sooner. */
const RECHECK_MS: Partial<Record<ObjectionCode, number>> = {
  switched_off: 5_000,
  clock_uncertain: MINUTE,
  internal_error: 15 * MINUTE,
}
const RECHECK_OTHERWISE_MS = 6 * HOUR

/**
 * What becomes of a reminder that may not be sent now?
 *
 * A deferral waits for its instant; a refusal that new facts can cure waits and is decided
 * again; any other refusal ends it. A reminder that waits ends at its deadline.
 */
export function afterDecision(decision: Decision, now: Instant, expiresAt: Instant): AfterDecision {
  if (decision.verdict === 'defer') {
    return { status: 'scheduled', nextAt: Math.min(decision.until ?? expiresAt, expiresAt), endReason: null }
  }
  const ending = decision.reasons.filter((reason) => reason.until === null && !CURABLE.has(reason.code))
  const [first] = ending
  if (first !== undefined) {
    return { status: first.code === 'expired' ? 'expired' : 'refused', nextAt: now, endReason: first.code }
  }
  const soonest = Math.min(...decision.reasons.map((reason) => RECHECK_MS[reason.code] ?? RECHECK_OTHERWISE_MS))
  return { status: 'scheduled', nextAt: Math.max(now + 1, Math.min(now + soonest, expiresAt)), endReason: null }
}

/** Identifies a decision's outcome: a decision with the same signature as the last one is counted, not recorded again. */
export const signatureOf = (decision: Decision): string =>
  `${decision.verdict}|${decision.reasons.map((r) => `${r.rule}@${r.version}`).join('|')}|tz@${decision.zoneData}`
