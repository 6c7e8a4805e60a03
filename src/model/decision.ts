import type { Instant } from './time.ts'

export const VERDICTS = ['send', 'defer', 'refuse'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Public, stable: dashboards and upstream systems read these. Adding one is a changelog entry. */
export const OBJECTION_CODES = [
  'outside_contact_window',
  'holiday',
  'recipient_blocked_time',
  'cap_reached',
  'cooldown',
  'too_soon',
  'on_hold',
  'suppressed',
  'precondition_missing',
  'route_not_eligible',
  'no_common_window',
  'location_unknown',
  'calendar_unknown',
  'zone_data_outdated',
  'account_closed',
  'expired',
  'consent_missing',
  'stale_balance',
  'facts_conflict',
  'payment_pending',
  'not_registered',
  'content_missing',
  'content_unsafe',
  'test_mode',
  'switched_off',
  'clock_uncertain',
  'internal_error',
] as const
export type ObjectionCode = (typeof OBJECTION_CODES)[number]

/** One rule's reason not to send now. */
export interface Objection {
  code: ObjectionCode
  /** `pack/rule`, e.g. `us-reg-f/contact-window`. */
  rule: string
  pack: string
  version: string
  citation: string
  /** Was the citation checked against the rule's own text or a trustworthy copy? */
  verified: boolean
  /** First instant at which this rule no longer objects; null when unknown. */
  until: Instant | null
  /** The reminder that causes the objection, if one does. */
  reminderId?: string
}

/**
 * The result of the policy engine.
 *
 * `send`: no rule objects; `until` is the first instant at which one would (null: none foreseen).
 * `defer`: `until` is the first instant at which no rule objects.
 * `refuse`: at least one rule objects without a known end; `until` is null.
 */
export interface Decision {
  verdict: Verdict
  until: Instant | null
  candidateZones: string[]
  packs: { id: string; version: string }[]
  /** The edition of the time zone data that places and hours were read with, e.g. `2026f`. */
  zoneData: string
  /** Every objection, the binding one first; empty for `send`. */
  reasons: Objection[]
}

/**
 * Refusals that new facts or an operator can cure. A reminder refused only for these waits until its deadline and is
 * decided again when facts change.
 */
export const CURABLE: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>([
  'on_hold',
  'facts_conflict',
  'payment_pending',
  'stale_balance',
  'location_unknown',
  'no_common_window',
  'calendar_unknown',
  'zone_data_outdated',
  'precondition_missing',
  'content_missing',
  'content_unsafe',
  'switched_off',
  'clock_uncertain',
  'internal_error',
])
