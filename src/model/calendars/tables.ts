import { BR, BR_AL, BR_ES, BR_RJ, BR_SP, CA_BC, CA_ON, CA_QC, CL, CO, MX, US } from './americas.ts'
import { AU, CN, GR, ID, KR } from './asia-pacific-europe.ts'
import { type Calendar, calendarOf, type CalendarTable } from './calendar.ts'

/** Every calendar that packs may name, with its source. */
export const CALENDAR_TABLES: Readonly<Record<string, CalendarTable>> = {
  'GR': GR, 'AU': AU, 'CA-ON': CA_ON, 'CA-QC': CA_QC, 'CA-BC': CA_BC, 'KR': KR, 'ID': ID, 'MX': MX,
  CN: CN, 'CO': CO, 'CL': CL, 'BR': BR, 'BR-SP': BR_SP, 'BR-RJ': BR_RJ, 'BR-ES': BR_ES, 'BR-AL': BR_AL, 'US': US,
}

const ready = new Map<string, Calendar>(Object.entries(CALENDAR_TABLES).map(([id, table]) => [id, calendarOf(table)]))

/** The calendar with this id, or null when none is shipped. */
export const calendarNamed = (id: string): Calendar | null => ready.get(id) ?? null
