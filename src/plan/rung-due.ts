import type { Ladder, LadderEvent, Rung } from '../model/ladder.ts'
import { addDays, type Instant, type LocalDate, parseDuration } from '../model/time.ts'
import { bookDate, bookInstant } from './book-time.ts'
import type { AccountToPlan, EventToPlan } from './recipient-plan.ts'

/** A creditor's book zone and cut-off time. */
export interface Book {
  bookZone: string
  bookCutOff: string
}

/** A rung of an account with the instant at which it falls due. */
export interface DueRung {
  rung: Rung
  /** Book date on which it falls due. */
  date: LocalDate
  dueAt: Instant
  /** From here on it is stale. */
  staleAt: Instant
}

/**
 * When does each of these rungs of the account's ladder fall due?
 *
 * @returns  in order of falling due (ladder order where equal); rungs whose event has not happened are left out
 */
export function dueRungs(rungs: readonly Rung[], account: AccountToPlan, book: Book): DueRung[] {
  return rungs
    .flatMap((rung) => {
      const date = dateOf(rung, account, book.bookZone)
      if (date === null) return []
      // A rung on the day of its event follows the event.
      const event = rung.at.event === undefined ? null : latestEvent(rung.at.event, account)
      const dueAt = Math.max(timeOn(date, rung, account.ladder, book), event?.at ?? -Infinity)
      return [{ rung, date, dueAt, staleAt: dueAt + (parseDuration(rung.expiresAfter) ?? 0) }]
    })
    .sort((a, b) => a.dueAt - b.dueAt)
}

/** The rung's time on a day; never before that day's payments are known. */
export function timeOn(date: LocalDate, rung: Rung, ladder: Ladder, book: Book): Instant {
  const time = rung.at.time ?? ladder.bookTime
  return bookInstant(date, time > book.bookCutOff ? time : book.bookCutOff, book.bookZone)
}

/** When does the ladder stop and propose a hand-off? Null: never, or the due date is not known. */
export function handOffAt(account: AccountToPlan, book: Book): Instant | null {
  const { handOff, bookTime } = account.ladder
  if (handOff === null || account.dueDate === null) return null
  const time = bookTime > book.bookCutOff ? bookTime : book.bookCutOff
  return bookInstant(addDays(account.dueDate, handOff.atDpd), time, book.bookZone)
}

function dateOf(rung: Rung, account: AccountToPlan, zone: string): LocalDate | null {
  if (rung.at.dpd !== undefined) return account.dueDate === null ? null : addDays(account.dueDate, rung.at.dpd)
  if (rung.at.event === undefined) return null
  const day = dayOfEvent(rung.at.event, account, zone)
  return day === null ? null : addDays(day, rung.at.days ?? 0)
}

function dayOfEvent(event: LadderEvent, account: AccountToPlan, zone: string): LocalDate | null {
  const latest = latestEvent(event, account)
  if (latest !== null) return bookDate(latest.at, zone)
  return event === 'placement' ? account.spell.startedOn : null
}

/**
 * The account's latest event of this type that counts in the present pass.
 *
 * A promise broken before the account moved to another step does not count again;
 * a placement or a validation notice counts in every pass.
 */
export function latestEvent(event: LadderEvent, account: AccountToPlan): EventToPlan | null {
  const since = countsThroughout(event) ? -Infinity : account.spell.enteredAt
  const found = account.events.filter((e) => isEvent(e, event) && e.at >= since)
  return found.reduce<EventToPlan | null>((last, e) => (last === null || e.at > last.at ? e : last), null)
}

/** Does a rung that counts from this event keep its place when payments move the account? */
export const countsThroughout = (event: LadderEvent | undefined): boolean =>
  event === 'placement' || event === 'validation-notice'

const isEvent = (reported: EventToPlan, event: LadderEvent): boolean =>
  event === 'validation-notice' ? reported.type === 'notice' && reported.kind === 'validation' : reported.type === event
