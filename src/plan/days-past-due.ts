import type { Instant } from '../model/instant.ts'
import { daysBetween, type LocalDate } from '../model/local-date.ts'
import type { AccountToPlan } from './person-to-plan.ts'
import { bookDate } from './book-time.ts'

/**
 * How many days past due is this account, by the creditor's books?
 *
 * Day 0 is the due date; negative before it. Counted from the oldest unpaid due
 * date; what the creditor states counts only where no due date is known.
 *
 * @returns  whole days, or null when neither is known
 */
export function daysPastDue(account: Pick<AccountToPlan, 'dueDate' | 'statedDaysPastDue'>, bookZone: string, now: Instant): number | null {
  return daysPastDueOn(account, bookDate(now, bookZone))
}

/** The same on this day of the creditor's books. */
export const daysPastDueOn = ({ dueDate, statedDaysPastDue }: Pick<AccountToPlan, 'dueDate' | 'statedDaysPastDue'>, day: LocalDate): number | null =>
  dueDate === null ? statedDaysPastDue : daysBetween(dueDate, day)
