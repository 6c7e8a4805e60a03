import type { Person } from '../people.ts'
import { LIMITS } from '../root.ts'
import type { Entry } from '../providers/books.ts'
import type { Evidence, LedgerAttempt, LedgerReminder } from './evidence.ts'

/** A message or call that somebody got, with whom it concerns and the attempt that it came from. */
export interface Sending {
  entry: Entry
  attempt: LedgerAttempt
  reminder: LedgerReminder
  recipient: Person
}

/** The providers' entries joined with the ledger; entries that no attempt explains are left to `strangers`. */
export function sendingsOf({ entries, ledger, people }: Evidence): Sending[] {
  const attempts = new Map(ledger.attempts.map((a) => [a.id, a]))
  const reminders = new Map(ledger.reminders.map((r) => [r.id, r]))
  const persons = new Map(people.map((p) => [p.id, p]))
  return entries
    .flatMap((entry) => {
      const attempt = attempts.get(entry.attempt)
      const reminder = attempt === undefined ? undefined : reminders.get(attempt.reminderId)
      const recipient = reminder === undefined ? undefined : persons.get(reminder.recipient)
      return attempt === undefined || reminder === undefined || recipient === undefined
        ? []
        : [{ entry, attempt, reminder, recipient }]
    })
    .sort((a, b) => a.entry.at - b.entry.at)
}

/** How long after its reservation a call may begin at most: half the lease, and what a slow or frozen wire adds. */
export const LATEST_BEGIN_MS = LIMITS.leaseSeconds * 500 + 3_000
