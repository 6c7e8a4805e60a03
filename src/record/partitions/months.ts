import type { Instant } from '../../model/instant.ts'

/**
 * The tables that are kept in monthly pieces, by what, and how full their pages get.
 *
 * `reminder-id`: by the month in which the reminder's uuidv7 was made, which is machine time. `at`: by
 * business time. Pages of contacts are left half empty, because each contact's outcome changes once, soon, and no index
 * needs to hear of it where there is room. A piece is named after its month (`contact_2026_11`); `_before_2026_12` holds what a ledger
 * held until the end of the month in which it was partitioned, `_default` what has no month.
 */
export const PARTITIONED = [
  { name: 'attempt', by: 'reminder-id', key: 'reminder_id', fill: 100 },
  { name: 'decision', by: 'reminder-id', key: 'reminder_id', fill: 100 },
  { name: 'receipt', by: 'reminder-id', key: 'reminder_id', fill: 100 },
  { name: 'contact', by: 'at', key: 'at', fill: 50 },
] as const
export type PartitionedTable = (typeof PARTITIONED)[number]

/** The first moment of a month in UTC. */
export type Month = Instant

/** In which month does this instant lie? `ahead`: so many months later. */
export function monthOf(instant: Instant, ahead = 0): Month {
  const date = new Date(instant)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead)
}

/** `2026_11` */
export const monthLabel = (month: Month): string => new Date(month).toISOString().slice(0, 7).replace('-', '_')

/** The first key of a month, as text: an instant, or the least uuidv7 of its first millisecond. */
export function firstKey(table: PartitionedTable, month: Month): string {
  if (table.by === 'at') return new Date(month).toISOString()
  const hex = month.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** One piece of a partitioned table, by its name. */
export interface Piece {
  table: PartitionedTable
  /** Without the schema. */
  name: string
  kind: 'month' | 'before' | 'default'
  /** Null: no beginning. */
  from: Month | null
  /** The first moment that is not in it any more. Null: no end. */
  to: Month | null
}

const PIECE = /^(\w+?)_(?:(default)|(before_)?(\d{4})_(\d{2}))$/

/** Which piece is called so? Null: none of ours. */
export function pieceNamed(name: string): Piece | null {
  const [, base, isDefault, before, year, month] = PIECE.exec(name) ?? []
  const table = PARTITIONED.find((t) => t.name === base)
  if (table === undefined) return null
  if (isDefault !== undefined) return { table, name, kind: 'default', from: null, to: null }
  const named = Date.UTC(Number(year), Number(month) - 1)
  return before === undefined ? { table, name, kind: 'month', from: named, to: monthOf(named, 1) } : { table, name, kind: 'before', from: null, to: named }
}
