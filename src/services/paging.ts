import { DecorumError } from '../model/errors.ts'
import { formatInstant } from '../model/time.ts'
import type { Actor } from '../pipeline/runtime.ts'
import { type Position, readCursor } from '../record/access.ts'
import type { Reach } from '../record/reach.ts'
import type { Page } from '../report/views/page.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500

/** A resource by the creditor's own id; `creditor` null: the actor's own, or any whose id is unique (otherwise DECORUM_BAD_INPUT). */
export interface Ref {
  creditor: string | null
  id: string
}

/** `cursor` is the `next` of the page before; one of another list is DECORUM_BAD_INPUT. */
export interface Paging {
  cursor?: string | undefined
  /** 1 to 500; 50 when absent. */
  limit?: number | undefined
}

/** Ids are the creditor's own. */
export interface OwnerFilter {
  creditor?: string | undefined
  accountId?: string | undefined
  recipientId?: string | undefined
}

/** What does this request cover, of what the actor may see? `outside`: it asked for another creditor than its own. */
export function creditorScope(actor: Actor, asked: string | null | undefined): Reach & { outside: boolean } {
  const wanted = asked ?? null
  const { live } = actor
  if (actor.creditor === null) return { outside: false, creditor: wanted, live }
  return { outside: wanted !== null && wanted !== actor.creditor, creditor: actor.creditor, live }
}

/** The row with this upstream id; two creditors may use the same. @throws DECORUM_BAD_INPUT for two rows */
export function onlyOne<T>(rows: readonly T[]): T | null {
  if (rows.length > 1) {
    throw new DecorumError('DECORUM_BAD_INPUT', 'several creditors use this id', {
      faults: [{ path: 'query.creditor', problem: 'is missing', cure: 'Name the creditor whose id it is.' }],
    })
  }
  return rows[0] ?? null
}

/** Where does the next page start? Null: at the beginning. @throws DECORUM_BAD_INPUT for a cursor of another list */
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

export const limitOf = (limit: number | undefined): number => Math.min(Math.max(limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT)

/** A page of rows; the query asked for `limit` + 1, so that a further row shows that more follow. */
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

/** A timestamp column as RFC 3339 in UTC. */
export const text = (at: Date): string => formatInstant(at.getTime())

export const textOrNull = (at: Date | null): string | null => (at === null ? null : text(at))
