import type { ObjectionCode } from '../model/decision.ts'
import { ZONE_DATA_VERSION } from '../model/zones/zone-data.ts'

/** A query that reproduces a figure. */
interface Query {
  sql: string
  parameters: unknown[]
}

/** A contact that rules in force on its day would not have allowed. Ids only. */
export interface ExceedingContact {
  contactId: string
  recipientId: string
  creditor: string
  at: string
  /** `Tue 2026-11-24 21:30 in America/New_York`, one for each zone where the recipient may have been. */
  localTime: string
  channel: string
  /** Who made it: `decorum`, the creditor's agents, an agency. */
  by: string
  objections: { code: ObjectionCode; rule: string; version: string; citation: string; verified: boolean }[]
}

/** What a period's contacts look like against the rules in force on their days. */
export interface ContactAudit {
  from: string
  to: string
  creditor: string | null
  contacts: { figures: { channel: string; direction: string; by: string; contacts: number }[]; query: Query }
  /** Outbound contacts that were decided again. */
  judged: number
  exceeded: {
    contacts: ExceedingContact[]
    byRule: { rule: string; contacts: number; query: Query }[]
    byMaker: { by: string; contacts: number }[]
  }
  /** Contacts about which too little is known to judge them. */
  notJudged: { contactId: string; recipientId: string; code: ObjectionCode }[]
  optOut: { optOuts: number; worstMs: number | null; p99Ms: number | null; worstId: string | null; query: Query }
  packsDue: PackDue[]
  calendars: CalendarAlarm[]
  assumptions: string[]
}

/** A pack that is due for review. */
export interface PackDue {
  pack: string
  version: string
  why: string[]
}

/** A calendar that ends soon, or has ended: rules that need it will refuse everything. */
export interface CalendarAlarm {
  calendar: string
  year: number
  /** Days until the first day that the calendar does not cover; negative: it has passed. */
  daysLeft: number
  rules: string[]
}

/** The audit as text. */
export function contactAuditInWords(audit: ContactAudit): string {
  const { contacts, exceeded, notJudged, optOut } = audit
  return [
    `Contacts from ${audit.from} until before ${audit.to}${audit.creditor === null ? '' : ` of ${audit.creditor}`}, against the rules in force on each one's day`,
    ...contacts.figures.map((f) => `  ${f.channel} ${f.direction} by ${f.by}: ${f.contacts}`),
    `    ${queryWords(contacts.query)}`,
    `${audit.judged} outbound contacts were decided again; ${exceeded.contacts.length} exceeded a rule.`,
    ...exceeded.byMaker.map((m) => `  by ${m.by}: ${m.contacts}`),
    ...exceeded.byRule.flatMap((r) => [`  ${r.rule}: ${r.contacts}`, `    ${queryWords(r.query)}`]),
    ...exceeded.contacts.flatMap((c) => [
      `✗ ${c.contactId}  ${c.channel} by ${c.by}, recipient ${c.recipientId}, ${c.localTime}`,
      ...c.objections.map(
        (o) => `    ${o.code}: ${o.rule} ${o.version}, ${o.citation}${o.verified ? '' : ', not verified'}`,
      ),
    ]),
    ...notJudged.map((n) => `? ${n.contactId}  recipient ${n.recipientId}: cannot be judged, ${n.code}`),
    optOut.optOuts === 0
      ? 'No opt-out was received.'
      : `${optOut.optOuts} opt-outs, from being said to holding: worst ${duration(optOut.worstMs)} (${optOut.worstId}), 99 of 100 within ${duration(optOut.p99Ms)}.`,
    `    ${queryWords(optOut.query)}`,
    ...audit.packsDue.map((p) => `! ${p.pack} ${p.version} is due for review: ${p.why.join('; ')}.`),
    ...audit.calendars.map((alarm) => `! ${calendarWords(alarm)}`),
    ...audit.assumptions.map((a) => `(${a})`),
  ].join('\n')
}

/** `No days of 2027 are known for CN, in 39 days: …`. */
export const calendarWords = ({ calendar, year, daysLeft, rules }: CalendarAlarm): string =>
  `No days of ${year} are known for calendar ${calendar}${daysLeft > 0 ? `, which begins in ${daysLeft} days` : ', which has begun'}: ${rules.join(', ')} will refuse every contact.`

const queryWords = ({ sql, parameters }: Query): string => `${sql}  -- ${JSON.stringify(parameters)}`

const duration = (ms: number | null): string =>
  ms === null
    ? 'none'
    : ms < 1_000
      ? `${ms} ms`
      : ms < 120_000
        ? `${Math.round(ms / 1_000)} s`
        : `${Math.round(ms / 60_000)} min`

/** The result of deciding recorded decisions again. */
export interface ReplayReport {
  /** How many were checked. */
  sampled: number
  /** Came out the same, byte for byte. */
  same: number
  differences: ReplayDifference[]
  /** Not decided again: their pack versions are not installed any more. */
  packsMissing: { pack: string; version: string; decisions: number }[]
  /** Decided again with other time zone data than they were made with; null: recorded before it was kept. */
  otherZoneData: { zoneData: string | null; decisions: number }[]
  /** Refused without a rule: the text could not be rendered, or a defect of ours. */
  notByRules: number
  /** The recipient was erased, and the facts too. */
  erased: number
}

/** A decision that differs now. */
interface ReplayDifference {
  source: 'reminder' | 'permit'
  id: string
  no: number
  at: string
  /** Canonical JSON of verdict, until and reasons. */
  recorded: string
  now: string
  /** The edition of the time zone data it was made with; null: recorded before it was kept. */
  zoneData: string | null
}

/** The report as text. */
export function replayInWords(report: ReplayReport): string {
  const { sampled, same, differences, packsMissing, otherZoneData, notByRules, erased } = report
  return [
    `${sampled} recorded decisions were decided again from their facts, with the pack versions and at the instant they were made for.`,
    `  the same, byte for byte: ${same}`,
    ...(notByRules > 0 ? [`  not decided by rules (no true words, or a fault of ours): ${notByRules}`] : []),
    ...(erased > 0 ? [`  of people erased since: ${erased}`] : []),
    ...packsMissing.map(
      (p) => `  not decided again, since ${p.pack} ${p.version} is not installed any more: ${p.decisions}`,
    ),
    ...otherZoneData.map(
      (z) =>
        `  made with ${z.zoneData === null ? 'time zone data that was not recorded' : `time zone data ${z.zoneData}`}, decided again with ${ZONE_DATA_VERSION}: ${z.decisions}`,
    ),
    ...differences.map(
      (d) =>
        `✗ ${d.source} ${d.id}, decision ${d.no}, at ${d.at}${d.zoneData === ZONE_DATA_VERSION ? '' : `, made with ${d.zoneData === null ? 'unrecorded time zone data' : `time zone data ${d.zoneData}`}`}\n    recorded ${d.recorded}\n    now      ${d.now}`,
    ),
    differences.length === 0
      ? 'No decision comes out otherwise.'
      : `${differences.length} come out otherwise: a pack was edited under its old version, the engine changed, or the time zone data did.`,
  ].join('\n')
}
