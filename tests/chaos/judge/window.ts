import type { Charge } from './charges.ts'
import type { Evidence } from './evidence.ts'
import { sendingsOf } from './sendings.ts'

/** What reached a provider while the person's window was closed, or before the instant that was asked for. */
export function outsideWindow(evidence: Evidence): Charge[] {
  const notBefore = new Map(evidence.diary.accepted.map((one) => [one.id, one.notBefore]))
  return sendingsOf(evidence).flatMap(({ entry, attempt, reminder, recipient: { cohort } }) => {
    const charge = (how: string): Charge[] => [{ name: 'outside the window', id: attempt.id, how }]
    const { opensAt, closesAt } = cohort
    if (entry.at < opensAt) return charge(`${Math.round(opensAt - entry.at)} ms before the window opened`)
    if (entry.at >= closesAt) return charge(`${Math.round(entry.at - closesAt)} ms after the window closed`)
    const early = (notBefore.get(reminder.id) ?? 0) - entry.at
    return early > 0 ? charge(`${Math.round(early)} ms before it was asked for`) : []
  })
}
