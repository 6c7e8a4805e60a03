import type { Charge } from './charges.ts'
import type { Evidence } from './evidence.ts'
import { sendingsOf } from './sendings.ts'

/** Every worker obeys a switch within two seconds; what was on the wire by then arrives a moment later. */
const OBEYED_WITHIN_MS = 2_000
const ON_THE_WIRE_MS = 500

/**
 * What reached a provider while a switch had been standing for longer than workers may take to obey.
 *
 * Not judged: draining, which lets go what was queued; and what a struck wire held back or a
 * frozen worker had already begun to write, which was on its way before.
 */
export function pastSwitch(evidence: Evidence): Charge[] {
  return sendingsOf(evidence).flatMap(({ entry, attempt, reminder }) => {
    const thrown = evidence.diary.switches.find(
      (one) =>
        one.state !== 'draining' &&
        (one.channel === null || one.channel === reminder.channel) &&
        entry.at > one.ackedAt + OBEYED_WITHIN_MS + ON_THE_WIRE_MS &&
        entry.at < one.liftedAt,
    )
    if (thrown === undefined || heldBack(evidence, reminder.channel, thrown.ackedAt, entry.at)) return []
    return [
      {
        name: 'past a switch',
        id: attempt.id,
        how: `${Math.round(entry.at - thrown.ackedAt)} ms after everything${thrown.channel === null ? '' : ` by ${thrown.channel}`} was ${thrown.state}`,
      },
    ]
  })
}

/** Did a wire stand still between the switch and the arrival? */
const heldBack = ({ struck }: Evidence, channel: string, from: number, until: number): boolean =>
  struck.some(
    ({ blow, from: begun, until: over }) =>
      blow.kind === 'wire' && blow.to === (channel === 'email' ? 'smtp' : 'twilio') && begun <= until && over >= from,
  )
