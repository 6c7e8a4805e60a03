import type { Fault } from './errors.ts'

const COUNT = 'Write a whole number of at least 1.'
const TIME = 'Write the time as "HH:MM", from "00:00" to "24:00", in quotes.'
const DAY = 'Write a day that the calendar has, as "2026-11-23", in quotes.'
const WEEKDAY = 'Write weekdays as numbers from 1, Monday, to 7, Sunday.'

/** What would be right under each key of a pack, where the fault itself does not say. */
const CURES: Readonly<Record<string, string>> = {
  limit: 'Write a whole number of at least 1. To forbid such contacts altogether, write a rule of shape route, with "because", in place of the cap.',
  citation: 'Name the law and its article, as "12 CFR 1006.6(b)(1)(i)": every decision shows it, and a rule without it does not load.',
  source: 'Name where the text was read: the row of the fact base and the page.',
  verified: 'Write text where the rule itself was read, secondary where a report of it was, or "no" in quotes.',
  validFrom: DAY, validUntil: DAY,
  days: COUNT, hours: COUNT, minutes: COUNT, waitDays: COUNT, withinDays: COUNT, tailDays: COUNT, freshDays: COUNT, years: COUNT, months: COUNT,
  version: 'Write the version as text in quotes, usually the day it was written.',
  id: 'Write lower-case words joined by "-", as in contact-window.',
  rules: 'Write at least one rule, with id, shape, citation, source and verified.',
  jurisdictions: 'Write ISO 3166 codes in capitals: a country, a state as "US-NY", or a place below it.',
  daysPastDue: 'Put the smaller number into min, or leave one of the two out.',
  retrieved: `${DAY} Or null, where nothing was retrieved.`, readOn: `${DAY} Or null, where nobody has read it.`,
  readBy: 'Write who read the rules against their sources, or null.',
  reviewer: 'Write the name of the counsel who signed it off, or null.',
}

/** The same fault with what would be right: under a pack's keys, that depends on the key. */
export function withPackCure(fault: Fault): Fault {
  return fault.cure !== undefined ? fault : { ...fault, cure: cureOf(fault) ?? 'Correct it; config/policies/README.md names what each shape of rule takes.' }
}

function cureOf({ path, problem }: Fault): string | undefined {
  const keys = path.replaceAll(/\[\d+\]/g, '').split('.')
  const key = keys.at(-1) ?? ''
  const inSpan = keys.at(-2) === 'allow' || keys.at(-2) === 'ban'
  if (problem.startsWith('must be later than')) return key === 'validUntil' ? 'Give the first day on which the pack no longer holds, or leave validUntil out.' : 'Give the first day on which the rule no longer speaks, or leave until out.'
  if (key === 'from' || key === 'to' || key === 'until') return inSpan ? TIME : DAY
  if (key === 'days' && inSpan) return WEEKDAY
  return CURES[key]
}
