import type { CompiledPack } from '../../decide/packs.ts'
import { CALENDAR_TABLES } from '../../model/calendars/tables.ts'
import type { PackRule } from '../../model/pack-rule.ts'
import type { Pack } from '../../model/pack.ts'
import { DAY, daysBetween, fromDayNumber, type Instant } from '../../model/time.ts'
import type { CalendarAlarm, PackDue } from '../../report/audit.ts'

/** Sources of law are to be read again at least this often. */
const YEAR_DAYS = 365
/** How long before an expiry it is reported. */
const NOTICE_DAYS = 60

const dayOf = (now: Instant): string => fromDayNumber(Math.floor(now / DAY))

/** Which of these packs need a review, and why? */
export function packsDue(packs: readonly Pack[], now: Instant): PackDue[] {
  const today = dayOf(now)
  return packs
    .filter((pack) => pack.validUntil === null || pack.validUntil > today || !hasLater(packs, pack))
    .flatMap((pack) => {
      const why = reasonsFor(pack, packs, today)
      return why.length === 0 ? [] : [{ pack: pack.id, version: pack.version, why }]
    })
}

const hasLater = (packs: readonly Pack[], pack: Pack): boolean =>
  packs.some((other) => other.id === pack.id && other.validFrom > pack.validFrom)

function reasonsFor(pack: Pack, packs: readonly Pack[], today: string): string[] {
  const isOld = (day: string): boolean => daysBetween(day, today) > YEAR_DAYS
  const retrieved = pack.rules.flatMap((rule) => (rule.retrieved == null ? [] : [rule.retrieved])).sort()
  const old = retrieved.filter(isOld)
  // Packs without a date for each rule may name one in their source.
  const collected =
    retrieved.length > 0 ? undefined : /\b(\d{4}-\d{2}-\d{2})\b(?!.*\b\d{4}-\d{2}-\d{2}\b)/.exec(pack.source)?.[1]
  const unverified = pack.rules.filter((rule) => rule.verified === 'no').length
  const left = pack.validUntil === null ? null : daysBetween(today, pack.validUntil)
  return [
    pack.reviewer === null ? 'no counsel has signed it off' : null,
    pack.kind === 'law' && pack.readBy === null ? 'nobody has read it against its sources' : null,
    pack.readOn !== null && isOld(pack.readOn)
      ? `it was read against its sources on ${pack.readOn}, more than a year ago`
      : null,
    old.length > 0
      ? `the sources of ${old.length} of its rules were retrieved more than a year ago, the first on ${old[0]}`
      : null,
    unverified > 0 ? `${unverified} of its rules ${unverified === 1 ? 'is' : 'are'} not verified` : null,
    collected !== undefined && isOld(collected)
      ? `its sources were collected on ${collected}, more than a year ago`
      : null,
    left !== null && left <= NOTICE_DAYS && !hasLater(packs, pack)
      ? `it ends on ${pack.validUntil}, and no later version is there`
      : null,
  ].filter((why) => why !== null)
}

/** Which calendars that rules depend on lack a year that has begun or begins within sixty days? */
export function calendarAlarms(packs: readonly CompiledPack[], now: Instant): CalendarAlarm[] {
  const today = dayOf(now)
  const years = [
    ...new Set([today, fromDayNumber(Math.floor(now / DAY) + NOTICE_DAYS)].map((date) => Number(date.slice(0, 4)))),
  ]
  const rules = new Map<string, string[]>()
  for (const { pack } of packs) {
    if (pack.validUntil !== null && pack.validUntil <= today) continue
    for (const rule of pack.rules) {
      const calendar = rule.status === 'on' ? calendarOf(rule) : null
      if (calendar !== null) rules.set(calendar, [...(rules.get(calendar) ?? []), `${pack.id}/${rule.id}`])
    }
  }
  return [...rules].flatMap(([calendar, named]) =>
    years
      .filter((year) => CALENDAR_TABLES[calendar]?.years[year] === undefined)
      .map((year) => ({ calendar, year, daysLeft: daysBetween(today, `${year}-01-01`), rules: named })),
  )
}

function calendarOf(rule: PackRule): string | null {
  if (rule.shape === 'window') return rule.holidays?.calendar ?? null
  return rule.shape === 'precondition' ? (rule.waitBusinessDays?.calendar ?? null) : null
}
