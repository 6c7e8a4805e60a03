import type { Creditor } from '../../model/creditor.ts'
import { DAY, type Instant } from '../../model/instant.ts'
import { addDays } from '../../model/local-date.ts'
import { bookDate, bookInstant } from '../../plan/book-time.ts'

/** Something that a creditor does every day, at this instant. */
export interface Round {
  at: Instant
  creditor: string
}

/** When is it this time of day by each creditor's books, from `from` until before `to`? Oldest first. */
export function dailyRounds(creditors: Iterable<Creditor>, time: string, from: Instant, to: Instant): Round[] {
  const rounds: Round[] = []
  for (const { id, bookZone } of creditors) {
    for (let date = bookDate(from - DAY, bookZone); ; date = addDays(date, 1)) {
      const at = bookInstant(date, time, bookZone)
      if (at >= to) break
      if (at >= from) rounds.push({ at, creditor: id })
    }
  }
  return rounds.sort((a, b) => a.at - b.at || (a.creditor < b.creditor ? -1 : 1))
}
