import type { Instant } from '../../model/instant.ts'
import type { AccountRow } from '../../record/accepting/known-accounts.ts'
import type { HoldRow } from '../../record/accepting/holds.ts'
import type { PersonDraft } from './person-draft.ts'
import { newHold } from './new-hold.ts'

/**
 * Holds an account whose facts contradict each other, and lets it go once they agree.
 *
 * @param holds  the person's pauses that nobody has ended
 */
export function conflictHold(
  person: PersonDraft, account: AccountRow, conflicts: readonly string[], holds: readonly HoldRow[], by: string, now: Instant,
): { opened: HoldRow[]; ended: { id: string; reason: string }[] } {
  const standing = holds.filter((hold) => hold.kind === 'facts-conflict' && hold.account_id === account.id)
  if (conflicts.length === 0) return { opened: [], ended: standing.map(({ id }) => ({ id, reason: 'consistent facts came' })) }
  if (standing.length > 0) return { opened: [], ended: [] }
  return { opened: [newHold(person, { kind: 'facts-conflict', accountId: account.id, details: { conflicts }, by, now })], ended: [] }
}
