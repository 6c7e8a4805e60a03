import { DecorumError } from '../model/errors.ts'
import { formatInstant } from '../model/time.ts'
import type { Actor } from '../pipeline/runtime.ts'
import { type Position, readCursor } from '../record/access.ts'
import type { Page } from '../report/views/page.ts'

/** Which creditor may and shall be seen; `nobody` when the actor asks for another than its own. Null: every. */
export function creditorSeen(
  actor: Actor,
  asked: string | null | undefined,
): { nobody: boolean; creditor: string | null } {
  const wanted = asked ?? null
  if (actor.creditor === null) return { nobody: false, creditor: wanted }
  return { nobody: wanted !== null && wanted !== actor.creditor, creditor: actor.creditor }
}

/** The one of at most two rows that bear an upstream id; two creditors may use the same. */
export function onlyOne<T>(rows: readonly T[]): T | null {
  if (rows.length > 1) {
    throw new DecorumError('DECORUM_BAD_INPUT', 'several creditors use this id', {
      faults: [{ path: 'query.creditor', problem: 'is missing', cure: 'Name the creditor whose id it is.' }],
    })
  }
  return rows[0] ?? null
}

/** Where to read on; null from the start. @throws DECORUM_BAD_INPUT for a cursor of another list */
export function positionOf(cursor: string | undefined, shape: Parameters<typeof readCursor>[1]): Position | null {
  if (cursor === undefined) return null
  const position = readCursor(cursor, shape)
  if (position !== null) return position
  throw new DecorumError('DECORUM_BAD_INPUT', 'the cursor is not one of this list', {
    faults: [
      {
        path: 'query.cursor',
        problem: 'is not a cursor of this list',
        cure: 'Use `next` of the page before as it is.',
      },
    ],
  })
}

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500

export const limitOf = (limit: number | undefined): number => Math.min(Math.max(limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT)

/** A page of rows that were read with one more than `limit`, to know whether more follow. */
export function pageFrom<R, V>(
  rows: readonly R[],
  limit: number,
  view: (row: R) => V,
  cursor: (row: R) => string,
): Page<V> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(view), next: rows.length > limit && last !== undefined ? cursor(last) : null }
}

export const emptyPage = <V>(): Page<V> => ({ items: [], next: null })

/** A column's instant as answers write it. */
export const text = (at: Date): string => formatInstant(at.getTime())

/** The same for a column that may be empty. */
export const textOrNull = (at: Date | null): string | null => (at === null ? null : text(at))
