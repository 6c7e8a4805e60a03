import type { Instant } from '../model/instant.ts'
import { addDays, isoWeekday, type LocalDate } from '../model/local-date.ts'
import type { Rung } from '../model/ladder.ts'
import type { Tone } from '../model/tone.ts'
import { bookDate } from './book-time.ts'
import type { AccountToPlan } from './person-to-plan.ts'
import { latestEvent } from './rung-due.ts'

/**
 * What does the ladder's gate still wait for before this rung?
 *
 * @returns  names of what is not recorded; empty when the rung may pass
 */
export function missingForGate(rung: Rung, account: AccountToPlan): string[] {
  const { gate } = account.ladder
  if (gate === null || rung.beforeGate) return []
  const missing = gate.facts.filter((fact) => !account.availableFacts.includes(fact))
  return latestEvent(gate.notice, account) === null ? [...missing, gate.notice] : missing
}

/**
 * Which tone must words not pass while the time for disputing runs?
 *
 * Business days are Monday to Friday; public holidays are not known here, so that where
 * one falls in between the calm is a day short. The policy packs judge the exact period.
 *
 * @returns  null when the ladder has no gate or the time is over
 */
export function calmTone(account: AccountToPlan, bookZone: string, now: Instant): Tone | null {
  const { gate } = account.ladder
  if (gate === null) return null
  const notice = latestEvent(gate.notice, account)
  if (notice === null) return gate.calm.tone
  const lastDay = addDays(addBusinessDays(bookDate(notice.at, bookZone), gate.calm.businessDays), gate.calm.days)
  return bookDate(now, bookZone) <= lastDay ? gate.calm.tone : null
}

function addBusinessDays(date: LocalDate, count: number): LocalDate {
  let day = date
  for (let left = count; left > 0; ) {
    day = addDays(day, 1)
    if (isoWeekday(day) <= 5) left--
  }
  return day
}
