import type { Stop } from '../diary.ts'
import type { Charge } from './charges.ts'
import type { Evidence } from './evidence.ts'
import { LATEST_BEGIN_MS, sendingsOf, type Sending } from './sendings.ts'

/** Calls that began after a stop was acknowledged: as offences, or as races. */
export interface AfterStop {
  charges: Charge[]
  /** Reserved before the acknowledgement, begun after it: on its way already, reported and not hidden. */
  raced: { attempt: string; lateMs: number }[]
}

/**
 * What reached a provider after a stop had been acknowledged.
 *
 * A call whose permission was committed before the stop may still be on its way, for as long as a
 * permission is good; that is a race, and counted as such. Anything reserved after the
 * acknowledgement, or begun later than a permission is good for, is an offence.
 */
export function afterStop(evidence: Evidence): AfterStop {
  const found: AfterStop = { charges: [], raced: [] }
  for (const sending of sendingsOf(evidence)) {
    const { entry, attempt } = sending
    const stop = evidence.diary.stops
      .filter((one) => covers(one, sending) && entry.at > one.ackedAt)
      .sort((a, b) => a.ackedAt - b.ackedAt)[0]
    if (stop === undefined) continue
    const lateMs = Math.round(entry.at - stop.ackedAt)
    if (attempt.reservedAt > stop.ackedAt || entry.at - attempt.reservedAt > LATEST_BEGIN_MS) {
      found.charges.push({
        name: 'after a stop',
        id: attempt.id,
        how: `${lateMs} ms after a ${stop.kind} was acknowledged`,
      })
    } else found.raced.push({ attempt: attempt.id, lateMs })
  }
  return found
}

function covers({ covers: what }: Stop, { recipient, reminder }: Sending): boolean {
  if ('account' in what) return reminder.account === what.account
  if ('reminder' in what) return reminder.id === what.reminder
  return 'number' in what
    ? reminder.channel !== 'email' && recipient.number === what.number
    : reminder.channel === 'email' && recipient.email === what.email
}
