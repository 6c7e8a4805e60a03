import type { Charge } from './charges.ts'
import type { Evidence } from './evidence.ts'

/**
 * What was acknowledged and is gone.
 *
 * Accounts, reminders and events that were answered with 2xx are in the ledger; what the ledger
 * holds for sent is in a provider's books; a step of the ladder that fell due became something, or
 * waits its time (`minimumDwell`) after a message that went before the planner came to it, and will be looked at again.
 */
export function lost({ ledger, entries, diary, people, takenAt }: Evidence): Charge[] {
  const charge = (id: string, how: string): Charge => ({ name: 'lost', id, how })
  const reminders = new Set(ledger.reminders.map((r) => r.id))
  const inBooks = new Set(entries.map((entry) => entry.attempt))
  const climbing = new Set(people.filter((recipient) => recipient.climbs).map((recipient) => recipient.accountId))
  const stopped = new Set(diary.stops.flatMap(({ covers }) => ('account' in covers ? [covers.account] : [])))
  // The ladder's own messages come with a step; only one that was asked for directly can have gone before it.
  const asked = new Map(ledger.reminders.filter((r) => r.origin === 'direct').map((r) => [r.id, r.account]))
  const spokenTo = new Set(
    ledger.attempts
      .filter((a) => a.status === 'accepted' || a.status === 'in_doubt')
      .map((a) => asked.get(a.reminderId)),
  )
  const waits = (id: string): boolean => spokenTo.has(id) && (ledger.looks.get(id) ?? 0) > takenAt
  return [
    ...[...diary.accounts]
      .filter((id) => !ledger.accounts.has(id))
      .map((id) => charge(id, 'an acknowledged account is not in the ledger')),
    ...diary.accepted
      .filter(({ id }) => !reminders.has(id))
      .map(({ id }) => charge(id, 'an accepted reminder is not in the ledger')),
    ...diary.permits
      .filter(({ id }) => !ledger.permits.some((permit) => permit.id === id))
      .map(({ id }) => charge(id, 'a permit that was given is not in the ledger')),
    ...diary.events
      .filter((id) => !ledger.events.has(id))
      .map((id) => charge(id, 'an acknowledged event is not in the ledger')),
    ...[...diary.accounts]
      .filter((id) => climbing.has(id) && !stopped.has(id) && !ledger.steps.has(id) && !waits(id))
      .map((id) =>
        charge(id, `a step of the ladder fell due and nothing came of it; ${nextLook(ledger.looks.get(id))}`),
      ),
    ...ledger.attempts
      .filter((a) => a.status === 'accepted' && !inBooks.has(a.id))
      .map((a) => charge(a.id, 'the ledger says accepted, and no provider has it')),
  ]
}

const nextLook = (at: number | undefined): string =>
  at === undefined ? 'no further look at it is planned' : `the next look is at ${new Date(at).toISOString()}`
