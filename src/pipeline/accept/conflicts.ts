import type { AccountBody } from '../../intake/account-body.ts'
import { daysBetween } from '../../model/local-date.ts'
import { bookDate } from '../../plan/book-time.ts'
import type { AccountRow } from '../../record/accepting/known-accounts.ts'

/** Books count from the due date or the day after, roll over weekends, and run a day late. */
const DAYS_OF_DIFFERENCE = 3

/**
 * Which of an account's facts contradict each other?
 *
 * Days past due are compared with the due date on the day the facts were true, in the creditor's
 * book zone; they may differ by three days, and by the days of grace if the creditor counts from their end.
 *
 * @param body  what was stated now, on top of what is in `row` already
 * @returns     each contradiction in words, without figures; empty when the facts agree
 */
export function conflictsIn(row: AccountRow, body: Pick<AccountBody, 'daysPastDue' | 'overdue'>, bookZone: string): string[] {
  const found: string[] = []
  const stated = body.daysPastDue ?? null
  if (row.state === 'settled' && row.overdue_minor > 0) found.push('the account was settled, and something is overdue')
  if (stated !== null && stated > 0 && row.overdue_minor === 0) found.push('nothing is overdue, and days past due are above 0')
  if (stated !== null && row.due_date !== null && row.overdue_minor > 0) {
    const counted = daysBetween(row.due_date, bookDate(row.as_of.getTime(), bookZone))
    if (stated > counted + DAYS_OF_DIFFERENCE || stated < counted - row.grace_days - DAYS_OF_DIFFERENCE) {
      found.push('daysPastDue and dueDate disagree')
    }
  }
  if (partsExceed(row)) found.push('the parts of what is overdue come to more than the whole')
  return found
}

function partsExceed(row: AccountRow): boolean {
  const parts = Object.values(row.overdue_parts).map((part) => Number(String(part).replace('.', '')))
  return parts.reduce((sum, part) => sum + part, 0) > row.overdue_minor
}
