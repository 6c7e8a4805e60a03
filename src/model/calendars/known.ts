import { calendarOf, type Calendar, type CalendarTable } from './calendar.ts'
import { AU } from './au.ts'
import { BR } from './br.ts'
import { BR_AL } from './br-al.ts'
import { BR_ES } from './br-es.ts'
import { BR_RJ } from './br-rj.ts'
import { BR_SP } from './br-sp.ts'
import { CA_BC } from './ca-bc.ts'
import { CA_ON } from './ca-on.ts'
import { CA_QC } from './ca-qc.ts'
import { CL } from './cl.ts'
import { CN } from './cn.ts'
import { CO } from './co.ts'
import { GR } from './gr.ts'
import { ID } from './id.ts'
import { KR } from './kr.ts'
import { MX } from './mx.ts'
import { US } from './us.ts'

/** Every calendar that packs may name, with its source. */
export const CALENDAR_TABLES: Readonly<Record<string, CalendarTable>> = {
  'GR': GR, 'AU': AU, 'CA-ON': CA_ON, 'CA-QC': CA_QC, 'CA-BC': CA_BC, 'KR': KR, 'ID': ID, 'MX': MX,
  CN: CN, 'CO': CO, 'CL': CL, 'BR': BR, 'BR-SP': BR_SP, 'BR-RJ': BR_RJ, 'BR-ES': BR_ES, 'BR-AL': BR_AL, 'US': US,
}

const ready = new Map<string, Calendar>(Object.entries(CALENDAR_TABLES).map(([id, table]) => [id, calendarOf(table)]))

/** The calendar of this name, or null when none is shipped. */
export const calendarNamed = (id: string): Calendar | null => ready.get(id) ?? null
