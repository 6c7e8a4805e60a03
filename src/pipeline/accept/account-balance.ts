import { overdueOf, SNAPSHOT, type Balance, type Change } from '../../plan/balance.ts'
import type { BalanceEvent } from '../../record/accepting/events.ts'
import type { AccountRow } from '../../record/accepting/known-accounts.ts'

/**
 * What is known of an account's balance, from its row and what was reported since?
 *
 * What does not add up was written by a build that does not keep statements: then what is overdue is what was stated.
 */
export function balanceOf(row: AccountRow, reported: readonly BalanceEvent[]): Balance {
  const asOf = row.as_of.getTime()
  const plain: Balance = { stated: row.overdue_minor, statedAt: asOf, statedBy: SNAPSHOT, changes: [], asOf }
  if (row.stated_minor === null || row.stated_at === null || row.stated_by === null) return plain
  const statedAt = row.stated_at.getTime()
  const changes = reported.filter((event) => event.account_id === row.id).flatMap((event) => {
    const change = changeOf(event)
    // The payment of an event that stated the balance stands apart from what it stated, and so does its reversal.
    const isItsOwn = row.stated_by !== SNAPSHOT && (event.body['change'] as { onto?: string } | undefined)?.onto === row.stated_by
    return change !== null && (change.at > statedAt || isItsOwn) ? [change] : []
  })
  const balance: Balance = { stated: row.stated_minor, statedAt, statedBy: row.stated_by, changes, asOf }
  return overdueOf(balance) === row.overdue_minor ? balance : plain
}

/** What an event was entered as; null: it changed nothing by itself. */
export function changeOf({ id, body }: Pick<BalanceEvent, 'id' | 'body'>): Change | null {
  const change = body['change'] as { minor: number; at: number } | undefined
  return change === undefined ? null : { id, minor: change.minor, at: change.at }
}

/** Writes a balance into the account's row. */
export function enterBalance(row: AccountRow, balance: Balance): void {
  row.overdue_minor = overdueOf(balance)
  row.stated_minor = balance.stated
  row.stated_at = new Date(balance.statedAt)
  row.stated_by = balance.statedBy
  row.as_of = new Date(balance.asOf)
}

/** Were reports counted on top of what was stated, as far as the row tells? */
export const mayHaveChanges = (row: AccountRow): boolean => row.stated_at !== null && (row.stated_at < row.as_of || row.stated_by !== SNAPSHOT)
