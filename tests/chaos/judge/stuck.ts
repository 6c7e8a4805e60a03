import type { Charge } from './charges.ts'
import type { Evidence } from './evidence.ts'

/** Overdue by less than this, a reminder may be in somebody's hands at this very moment. */
const GRACE_MS = 3_000

/** What should have moved on long ago, with every fault healed and time to recover. */
export function stuck({ ledger, takenAt, lives }: Evidence): Charge[] {
  const charge = (id: string, how: string): Charge => ({ name: 'stuck', id, how })
  return [
    ...ledger.reminders.flatMap((r) => {
      if (r.status === 'queued' || r.status === 'sending') return [charge(r.id, `still ${r.status} on ${r.channel}`)]
      const overdue = r.status === 'scheduled' ? takenAt - r.nextAt : 0
      return overdue > GRACE_MS ? [charge(r.id, `${r.channel} due for ${Math.round(overdue / 1000)} s`)] : []
    }),
    ...ledger.attempts.filter((a) => a.status === 'sending').map((a) => charge(a.id, 'an attempt is still sending')),
    ...lives
      .filter((life) => life.end === 'crashed')
      .map((life) => charge(`${life.name} ${life.pid}`, `ended by itself, ${life.lastWords}`)),
  ]
}
