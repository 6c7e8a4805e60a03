import { calendarOf, type Calendar, type CalendarTable } from './calendar.ts'
import { CN } from './cn.ts'

/** Every calendar that packs may name, with its source. */
export const CALENDAR_TABLES: Readonly<Record<string, CalendarTable>> = { 'CN': CN }

const ready = new Map<string, Calendar>(Object.entries(CALENDAR_TABLES).map(([id, table]) => [id, calendarOf(table)]))

/** The calendar of this name, or null when none is shipped. */
export const calendarNamed = (id: string): Calendar | null => ready.get(id) ?? null
