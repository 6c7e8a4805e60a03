import { formatInstant, isInFuture, parseInstant, type Instant } from '../../model/instant.ts'
import type { AccountRow } from '../../record/accepting/known-accounts.ts'
import type { HoldRow } from '../../record/accepting/holds.ts'
import type { PersonDraft } from './person-draft.ts'
import { openHold, type HoldWish } from './new-hold.ts'

/** What a put says about an account's facts. */
export interface FactsFound {
  /** Which of them contradict each other. */
  conflicts: readonly string[]
  /** As of when it states what is overdue; null: it does not say. */
  balanceAt: Instant | null
  /** What it states is not what was reckoned from reported payments. */
  doubt: string | null
}

/**
 * Holds an account whose facts contradict each other, or whose balance is in doubt, and lets it go once they agree.
 *
 * A doubt about the balance ends with a snapshot that is dated later than what was in doubt; what is dated ahead of
 * now is no date, and gives way to any.
 *
 * @param holds  the person's pauses that nobody has ended
 */
export function conflictHold(
  person: PersonDraft, account: AccountRow, found: FactsFound, holds: readonly HoldRow[], by: string, now: Instant,
): { opened: HoldRow[]; ended: { id: string; reason: string }[]; afterReversal: boolean } {
  const standing = holds.filter((hold) => hold.kind === 'facts-conflict' && hold.account_id === account.id)
  const [doubts, conflicting] = [standing.filter((hold) => doubtedAsOf(hold) !== null), standing.filter((hold) => doubtedAsOf(hold) === null)]
  const cleared = doubts.filter((hold) => found.doubt === null && found.balanceAt !== null && isLater(found.balanceAt, doubtedAsOf(hold) as Instant, now))
  const settled = found.conflicts.length === 0 ? conflicting : []
  const opened: HoldRow[] = []
  if (found.conflicts.length > 0 && conflicting.length === 0) opened.push(openHold(person, { kind: 'facts-conflict', accountId: account.id, details: { conflicts: found.conflicts }, by, now }))
  if (found.doubt !== null) opened.push(...doubtHold(person, account, found.doubt, doubts, { by, now }))
  return {
    opened, afterReversal: cleared.some((hold) => hold.details['reversal'] === true),
    ended: [...settled.map(({ id }) => ({ id, reason: 'consistent facts came' })), ...cleared.map(({ id }) => ({ id, reason: 'a later balance came' }))],
  }
}

/**
 * Holds an account whose balance is in doubt, unless it is held for one as late.
 *
 * @param wish  `reportedFor`: when what cast the doubt took effect; a snapshot from before that cannot end it
 */
export function doubtHold(
  person: PersonDraft, account: AccountRow, why: string, holds: readonly HoldRow[], wish: Pick<HoldWish, 'by' | 'now' | 'eventId'> & { reportedFor?: Instant; reversal?: boolean },
): HoldRow[] {
  const { by, now, eventId, reportedFor, reversal } = wish
  const asOf = Math.max(account.as_of.getTime(), reportedFor ?? 0)
  const covers = (hold: HoldRow): boolean => hold.kind === 'facts-conflict' && hold.account_id === account.id && (doubtedAsOf(hold) ?? -Infinity) >= asOf
  if (reversal !== true && holds.some(covers)) return []
  return [openHold(person, {
    kind: 'facts-conflict', accountId: account.id, by, now, eventId: eventId ?? null,
    details: { conflicts: [why], balanceAsOf: formatInstant(asOf), ...(reversal === true ? { reversal } : {}) },
  })]
}

const doubtedAsOf = ({ details }: HoldRow): Instant | null => (typeof details['balanceAsOf'] === 'string' ? parseInstant(details['balanceAsOf']) : null)
const isLater = (at: Instant, doubted: Instant, now: Instant): boolean => at > doubted || isInFuture(doubted, now)
