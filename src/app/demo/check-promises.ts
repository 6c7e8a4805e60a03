import { DAY, HOUR, MINUTE, type Instant } from '../../model/instant.ts'
import { countryOf } from '../../model/jurisdiction.ts'
import { zonesOf } from '../../model/places/zones-of.ts'
import { wallClock } from '../../model/zones/local-clock.ts'
import { brokenPromises } from '../../record/demo/broken-promises.ts'
import { contactsByPeople, type ContactByPeople } from '../../record/demo/contacts-by-people.ts'
import type { SentAttempt } from '../../record/demo/sent-attempts.ts'
import type { Ledger } from '../../record/ledger.ts'
import type { DemoPromise } from '../../report/demo/demo-account.ts'

/** Hours outside of which no shipped law lets anybody be reminded, minutes of the day: China until 22:00, elsewhere until 21:00. */
const DECENT = { from: 8 * 60, to: (country: string | null) => (country === 'CN' ? 22 : 21) * 60 }

/** As far as any shipped rule goes: three connected calls a day in China, seven calls in seven days elsewhere. */
const CALLS = { aDay: 3, aWeek: 7, week: 7 * 24 * HOUR }

/**
 * Were the promises kept?
 *
 * Counted afresh from what the ledger holds, by nothing that decided: local hours come from
 * the zones of the person's record and number, counts from the attempts themselves. What people
 * did counts like what the machine sent: calls of agents are contacts too.
 */
export async function checkPromises(ledger: Ledger, sent: readonly SentAttempt[], waiting: number): Promise<DemoPromise[]> {
  const broken = await brokenPromises(ledger.db)
  const all = [...sent, ...(await contactsByPeople(ledger.db))]
  const hours = localHours(all)
  const most = mostCalls(all)
  const none = (count: number, what: string) => (count === 0 ? 'none found' : `${count} ${what}`)
  return [
    {
      promise: 'Nobody was contacted outside decent hours, in any zone the borrower may be in', kept: hours.outside === 0, checked: all.length,
      found: `earliest ${clock(hours.earliest)}, latest ${clock(hours.latest)} by the borrowers' clocks; ${none(hours.outside, 'outside')}`,
    },
    {
      promise: 'No cap on calls was exceeded', kept: most.day <= CALLS.aDay && most.week <= CALLS.aWeek, checked: all.filter((s) => s.channel === 'phone').length,
      found: `at most ${most.day} in 24 hours and ${most.week} in seven days to one person`,
    },
    { promise: 'Nobody was contacted after a stop', kept: broken.afterStop === 0, checked: all.length, found: none(broken.afterStop, 'in spite of a stop') },
    { promise: 'Nobody was contacted while on hold', kept: broken.whileOnHold === 0, checked: all.length, found: none(broken.whileOnHold, 'in spite of a hold') },
    { promise: 'Nothing was sent twice', kept: broken.twice === 0, checked: sent.length, found: none(broken.twice, 'repeated') },
    { promise: 'Every reminder has a decision with its reasons', kept: broken.undecided === 0, checked: waiting + sent.length, found: none(broken.undecided, 'without one') },
    { promise: 'Nothing was left half done', kept: broken.leftOver === 0, checked: waiting + sent.length, found: none(broken.leftOver, 'neither waiting nor ended') },
  ]
}

interface Hours {
  earliest: number
  latest: number
  outside: number
}

/** In minutes of the day on the earliest and on the latest of the borrower's possible clocks. */
function localHours(contacts: readonly ContactByPeople[]): Hours {
  const hours: Hours = { earliest: Infinity, latest: -Infinity, outside: 0 }
  for (const contact of contacts) {
    const shown = zonesToCheck(contact).map((zone) => minuteOfDay(contact.at.getTime(), zone))
    hours.earliest = Math.min(hours.earliest, ...shown)
    hours.latest = Math.max(hours.latest, ...shown)
    const until = DECENT.to(contact.jurisdiction === null ? null : countryOf(contact.jurisdiction))
    if (shown.some((minute) => minute < DECENT.from || minute >= until)) hours.outside++
  }
  return hours
}

/** A zone that the creditor states is where the person is; otherwise everything that place and number leave open. */
function zonesToCheck({ timeZone, jurisdiction, evidence, addressZones }: ContactByPeople): string[] {
  if (timeZone !== null) return [timeZone, ...evidence.flatMap((e) => e.timeZone ?? [])]
  return [...new Set([...(jurisdiction === null ? [] : zonesOf(jurisdiction)), ...addressZones])]
}

/** The most calls that one person got in any 24 hours and in any seven days, answered or not. */
function mostCalls(contacts: readonly ContactByPeople[]): { day: number; week: number } {
  const calls = new Map<string, Instant[]>()
  for (const { channel, creditor, recipient, at } of contacts) {
    const person = `${creditor} ${recipient}`
    if (channel === 'phone') calls.set(person, [...(calls.get(person) ?? []), at.getTime()])
  }
  let [day, week] = [0, 0]
  for (const times of calls.values()) {
    for (const at of times) {
      week = Math.max(week, within(times, at, CALLS.week))
      day = Math.max(day, within(times, at, 24 * HOUR))
    }
  }
  return { day, week }
}

const within = (times: readonly Instant[], from: Instant, span: number): number => times.filter((at) => at >= from && at < from + span).length

function minuteOfDay(at: Instant, zone: string): number {
  const local = wallClock(at, zone)
  return Math.floor((local - Math.floor(local / DAY) * DAY) / MINUTE)
}

const clock = (minute: number): string =>
  (Number.isFinite(minute) ? `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}` : 'never')
