import { addDays } from '../../model/local-date.ts'

const DAY_IN_TEXT = /\b20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/g

/**
 * The same text with every calendar day in it moved on.
 *
 * The demonstration's files are written for one day, in dates that people and the importer can
 * read; with another first day all of them move by the same number of days. Times of day and
 * offsets stay.
 *
 * @param days  whole days, negative for an earlier beginning
 */
export const shiftDays = (text: string, days: number): string =>
  days === 0 ? text : text.replaceAll(DAY_IN_TEXT, (day) => addDays(day, days))
