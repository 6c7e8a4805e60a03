import { z } from 'zod'
import type { Fault } from './errors.ts'
import {
  about,
  calendar,
  capRule,
  cooldownRule,
  dayCount,
  exclusivityRule,
  kinds,
  positive,
  spacingRule,
  wantedEvent,
  windowRule,
} from './pack-parts.ts'
import { CONTENT_BLOCKS } from './template.ts'
import { ADDRESS_ORIGINS, HOLD_KINDS, RELATIONS, SUPPRESSION_REASONS, SUPPRESSION_SCOPES } from './vocabulary.ts'

/**
 * A recipient who writes during their own blocked time may be answered once, over the same channel, within that time (S4).
 * Answers are of kind `service` or `confirmation`, never reminders.
 */
const replyRule = z.strictObject({
  ...about,
  shape: z.literal('reply'),
  /** Rules of this pack that do not object to the answer either. */
  lifts: z.array(z.string().min(1)).default([]),
})

/** No contact before this event has happened and the wait is over (S13). */
const preconditionRule = z
  .strictObject({
    ...about,
    shape: z.literal('precondition'),
    requires: wantedEvent.optional(),
    /** Whole local days after the event's own day. */
    waitDays: dayCount.optional(),
    /** Business days (Monday to Friday without the calendar's holidays) after the event's own day; `waitDays` follow them. */
    waitBusinessDays: z.strictObject({ days: dayCount, calendar }).optional(),
    /** Only an event of the current spell counts: each time the account falls overdue requires a new one. */
    eachSpell: z.boolean().optional(),
    /** No contact before the debt is overdue by this many days. */
    daysPastDue: dayCount.optional(),
  })
  .refine((rule) => (rule.requires === undefined) !== (rule.daysPastDue === undefined), {
    message: 'needs either requires or daysPastDue',
    path: ['requires'],
  })

/** A duty after the first contact, the due date or an event; once overdue it blocks contact (S20). */
const dutyRule = z
  .strictObject({
    ...about,
    shape: z.literal('duty'),
    /** `first-contact`: the first that reached the recipient, or in which the recipient reached us and was spoken to. */
    after: z.union([z.literal('first-contact'), z.literal('due-date'), wantedEvent]),
    owes: wantedEvent,
    withinDays: dayCount.optional(),
    /** Monday to Friday; holidays count too, so that no deadline is assumed later than it is. */
    withinBusinessDays: dayCount.optional(),
  })
  .refine((rule) => (rule.withinDays === undefined) !== (rule.withinBusinessDays === undefined), {
    message: 'needs either withinDays or withinBusinessDays',
    path: ['withinDays'],
  })

/** A hold that law attaches to an event or another hold (S14). */
const pauseRule = z.strictObject({
  ...about,
  shape: z.literal('pause'),
  on: z.union([wantedEvent, z.strictObject({ hold: z.enum(HOLD_KINDS) })]),
  /** How long it lasts where no end is recorded, the starting day included; absent: until it is ended. */
  days: dayCount.optional(),
  /** Days that a recorded end adds. */
  tailDays: dayCount.optional(),
  /** An event that ends it, e.g. `dispute-resolved`. */
  endedBy: wantedEvent.optional(),
  lets: kinds.optional(),
})

/** Widens suppressions of these reasons beyond their own scope (S15, S16). */
const stopRule = z.strictObject({
  ...about,
  shape: z.literal('stop'),
  reasons: z.array(z.enum(SUPPRESSION_REASONS)).min(1),
  /** `same-address`: over any channel. `person`: over any address and channel. */
  covers: z.enum(['same-address', 'person']),
  lets: kinds.optional(),
})

/** Recorded consent is required (S17). */
const consentRule = z.strictObject({
  ...about,
  shape: z.literal('consent'),
  needs: z.array(z.string().min(1)).min(1),
  /** A consent older than this is stale. */
  freshDays: dayCount.optional(),
  /** `silent`: does not apply to a case outside the running system that states no such consent. */
  ifUnstated: z.enum(['refuse', 'silent']).default('refuse'),
})

/**
 * Where must an address come from, and how lately must it have been confirmed?
 *
 * Its stated origin, consent to this address, or the recipient's own message from it prove the origin; the latest of
 * `verifiedAt`, such a consent and such a message proves freshness.
 */
const addressRule = z.strictObject({
  ...about,
  shape: z.literal('address'),
  origins: z.array(z.enum(ADDRESS_ORIGINS)).min(1),
  /** Consent of one of these kinds, in force and recorded for this address. */
  consents: z.array(z.string().min(1)).min(1).optional(),
  /** Local days for which a confirmation lasts, its own day included. */
  freshDays: dayCount.optional(),
  /** For a case outside the running system that states nothing about the address: do not apply, or `refuse`. */
  ifUnstated: z.enum(['refuse', 'silent']).default('silent'),
})

/** No route may carry this (S21). */
const routeRule = z.strictObject({ ...about, shape: z.literal('route'), because: z.string().min(1) })

const blocks = z.array(z.enum(CONTENT_BLOCKS)).min(1)

/**
 * What the text must and must not contain (S18). A message known to violate it is refused; with `force: soft` it is
 * guidance, which `decorum check` reports and which refuses nothing.
 */
const contentRule = z.strictObject({
  ...about,
  shape: z.literal('content'),
  /** What the recipient reads or hears, or what a call records on a voicemail. */
  part: z.enum(['message', 'voicemail']).default('message'),
  requires: blocks.optional(),
  forbids: blocks.optional(),
  /** Nothing else than these. */
  only: blocks.optional(),
  /** Satisfied once such an event is recorded for each account. */
  satisfiedBy: wantedEvent.optional(),
})

/** Who may be contacted (S19): every other relation is refused. Regardless of packs, `decorum/own-address` allows the borrower alone. */
const thirdPartyRule = z.strictObject({
  ...about,
  shape: z.literal('third-party'),
  relations: z.array(z.enum(RELATIONS)).min(1).default(['self']),
  /** The law's own conditions, in words. */
  allowed: z.string().min(1),
})

/**
 * How far an opt-out reaches, which words request one, and by when law requires it to take effect (S16). Decisions apply it
 * at once, by `decorum/suppression`; `optOutOf` reads the rest.
 */
const optOutRule = z.strictObject({
  ...about,
  shape: z.literal('opt-out'),
  /** What the law says in words. */
  effectWithin: z.string().min(1),
  withinBusinessDays: dayCount.optional(),
  /** What it suppresses at least: the address it came from, the channel, or all. */
  covers: z.enum(SUPPRESSION_SCOPES).default('address'),
  /** False: a START message does not lift it. */
  startLifts: z.boolean().optional(),
  words: z.array(z.string().min(1)).optional(),
  confirmationWithinMinutes: positive.max(525_600).optional(),
})

/**
 * Classes of records that law distinguishes: `contact` shows when, how and why a recipient was contacted or not (contacts,
 * attempts, messages, decisions, receipts); `recording` is a call's audio; `consent` what was agreed to or refused.
 */
const RECORD_CLASSES = ['contact', 'recording', 'consent'] as const
export type RecordClass = (typeof RECORD_CLASSES)[number]

/**
 * How long records are kept (S22): at least this long after the anchor's local day and, with `maximum`, no longer. Read by
 * `retentionOf`; decisions ignore it.
 */
const retentionRule = z
  .strictObject({
    ...about,
    shape: z.literal('retention'),
    record: z.enum(RECORD_CLASSES),
    years: positive.max(100).optional(),
    months: positive.max(1200).optional(),
    days: dayCount.optional(),
    /** `last-collection-activity` on the debt, or the recorded `contact`. */
    anchor: z.enum(['last-collection-activity', 'contact']),
    maximum: z.boolean().optional(),
  })
  .refine((rule) => rule.years !== undefined || rule.months !== undefined || rule.days !== undefined, {
    message: 'needs years, months or days',
    path: ['years'],
  })

/** Every rule shape by its name; see regulations.md §9 for S1–S24. */
export const RULE_SHAPES = {
  window: windowRule,
  cap: capRule,
  exclusivity: exclusivityRule,
  spacing: spacingRule,
  cooldown: cooldownRule,
  reply: replyRule,
  precondition: preconditionRule,
  duty: dutyRule,
  pause: pauseRule,
  stop: stopRule,
  consent: consentRule,
  address: addressRule,
  route: routeRule,
  content: contentRule,
  'third-party': thirdPartyRule,
  'opt-out': optOutRule,
  retention: retentionRule,
} as const
export type RuleShape = keyof typeof RULE_SHAPES
export type RuleOf<S extends RuleShape> = z.infer<(typeof RULE_SHAPES)[S]>
export type PackRule = { [S in RuleShape]: RuleOf<S> }[RuleShape]

const COUNT = 'Write a whole number of at least 1.'
const TIME = 'Write the time as "HH:MM", from "00:00" to "24:00", in quotes.'
const DAY = 'Write a day that the calendar has, as "2026-11-23", in quotes.'
const WEEKDAY = 'Write weekdays as numbers from 1, Monday, to 7, Sunday.'

/** The cure for a fault at each key of a pack, where the fault has none. */
const CURES: Readonly<Record<string, string>> = {
  limit:
    'Write a whole number of at least 1. To forbid such contacts altogether, write a rule of shape route, with "because", in place of the cap.',
  citation:
    'Name the law and its article, as "12 CFR 1006.6(b)(1)(i)": every decision shows it, and a rule without it does not load.',
  source: 'Name where the text was read: the row of the fact base and the page.',
  verified: 'Write text where the rule itself was read, secondary where a report of it was, or "no" in quotes.',
  validFrom: DAY,
  validUntil: DAY,
  days: COUNT,
  hours: COUNT,
  minutes: COUNT,
  waitDays: COUNT,
  withinDays: COUNT,
  tailDays: COUNT,
  freshDays: COUNT,
  years: COUNT,
  months: COUNT,
  version: 'Write the version as text in quotes, usually the day it was written.',
  id: 'Write lower-case words joined by "-", as in contact-window.',
  rules: 'Write at least one rule, with id, shape, citation, source and verified.',
  jurisdictions: 'Write ISO 3166 codes in capitals: a country, a state as "US-NY", or a place below it.',
  daysPastDue: 'Put the smaller number into min, or leave one of the two out.',
  retrieved: `${DAY} Or null, where nothing was retrieved.`,
  readOn: `${DAY} Or null, where nobody has read it.`,
  readBy: 'Write who read the rules against their sources, or null.',
  reviewer: 'Write the name of the counsel who signed it off, or null.',
}

/** The fault with a cure, chosen by the key it is at. */
export function withPackCure(fault: Fault): Fault {
  return fault.cure !== undefined
    ? fault
    : { ...fault, cure: cureOf(fault) ?? 'Correct it; config/policies/README.md names what each shape of rule takes.' }
}

function cureOf({ path, problem }: Fault): string | undefined {
  const keys = path.replaceAll(/\[\d+\]/g, '').split('.')
  const key = keys.at(-1) ?? ''
  const inSpan = keys.at(-2) === 'allow' || keys.at(-2) === 'ban'
  if (problem.startsWith('must be later than'))
    return key === 'validUntil'
      ? 'Give the first day on which the pack no longer holds, or leave validUntil out.'
      : 'Give the first day on which the rule no longer speaks, or leave until out.'
  if (key === 'from' || key === 'to' || key === 'until') return inSpan ? TIME : DAY
  if (key === 'days' && inSpan) return WEEKDAY
  return CURES[key]
}
