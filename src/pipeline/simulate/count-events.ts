import { zoneTable, type ZoneTable } from '../../decide/zone-table.ts'
import { fromDayNumber } from '../../model/local-date.ts'
import { DAY, HOUR, type Instant } from '../../model/instant.ts'
import type { ReadCaps } from './cap-use.ts'
import type { SimulatedEvent, Tell } from './simulated-event.ts'
import type { SimulatedPerson } from './simulated-person.ts'
import { count, type Tally } from './tally.ts'

const UTC = zoneTable('UTC') as ZoneTable

/**
 * Counts what happens to one person into a tally.
 *
 * @param bookZone  days of what concerns the creditor's people are those of its books
 * @returns         `tell` for the simulation, `done` for when the person's time is over
 */
export function counter(tally: Tally, person: SimulatedPerson, bookZone: string, readCaps: ReadCaps): { tell: Tell; done: () => void } {
  const book = zoneTable(bookZone) ?? UTC
  /** The most that was used of each cap at any one time. */
  const used = new Map<string, { limit: number; most: number }>()
  tally.people++
  tally.accounts += Object.keys(person.accounts).length

  const tell = (event: SimulatedEvent): void => {
    const day = (): string => fromDayNumber(book.dayAt(event.at))
    switch (event.kind) {
      case 'owed':
      case 'lapsed': return
      case 'decided': return countObjections(tally, event)
      case 'sent': return countSent(tally, event, used, readCaps)
      case 'ended': return count(tally.ended, `${event.as}|${event.reminder.channel}|${event.reason ?? ''}`)
      case 'left-out': return count(tally.leftOut, event.reason)
      case 'step-for-person': return count(tally.steps, `${day()}|${event.rung}`)
      case 'hand-off-proposed': return count(tally.handOffs, day())
      case 'paid': return count(tally.paid, day())
    }
  }
  return { tell, done: () => { for (const [cap, { limit, most }] of used) count(tally.caps, `${cap}|${limit}|${most}`) } }
}

function countObjections(tally: Tally, { decision }: Extract<SimulatedEvent, { kind: 'decided' }>): void {
  decision.reasons.forEach(({ code, rule, pack, version, citation, verified }, i) => {
    const key = `${rule}@${version}`
    if (!tally.rules.has(key)) tally.rules.set(key, { code, rule, pack, version, citation, verified })
    count(tally.objections, `${decision.verdict}|${key}|${i === 0 ? 'binding' : 'also'}`)
  })
}

function countSent(
  tally: Tally, { at, reminder, decision, facts, weight }: Extract<SimulatedEvent, { kind: 'sent' }>,
  used: Map<string, { limit: number; most: number }>, readCaps: ReadCaps,
): void {
  const zone = zoneTable(decision.candidateZones[0] ?? 'UTC') ?? UTC
  const local = at + zone.at(at).offset
  count(tally.sent, `${fromDayNumber(Math.floor(local / DAY))}|${Math.floor((local % DAY) / HOUR)}|${reminder.channel}|${reminder.tone}`)
  const load = `${reminder.route}|${secondOf(at)}|${secondOf(Math.min(decision.until ?? Infinity, reminder.expiresAt))}`
  count(tally.load, load)
  count(tally.units, load, weight)
  for (const { rule, pack, version, citation, verified, limit, used: now } of readCaps(facts, at)) {
    const key = `${rule}@${version}`
    if (!tally.rules.has(key)) tally.rules.set(key, { code: 'cap_reached', rule, pack, version, citation, verified })
    const gauge = used.get(key)
    if (gauge === undefined || gauge.most < now) used.set(key, { limit, most: now })
  }
}

const secondOf = (at: Instant): number => Math.floor(at / 1000)
