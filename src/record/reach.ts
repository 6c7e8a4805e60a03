import { type RawBuilder, sql } from 'kysely'
import { DecorumError } from '../model/errors.ts'
import type { Db } from './schema.ts'

/**
 * Which rows may a caller see and change? An `Actor` is one.
 *
 * Live and test are told apart here, where rows are read (`reaches`) and where they are locked (`confine`), and not by each caller.
 */
export interface Reach {
  /** Null: every creditor's. */
  readonly creditor: string | null
  /** False, for test keys: only what test keys registered. True: everything. */
  readonly live: boolean
}

/**
 * Is this row one that the caller may see? A condition for WHERE.
 *
 * @param creditor  the column that names the row's creditor
 * @param live      the columns that tell live from test; all of them are false for what test keys registered
 */
export function reaches(reach: Reach, creditor: string, live: readonly string[]): RawBuilder<boolean> {
  const terms = [
    ...(reach.creditor === null ? [] : [sql`${sql.ref(creditor)} = ${reach.creditor}`]),
    ...(reach.live ? [] : live.map((column) => sql`NOT ${sql.ref(column)}`)),
  ]
  return terms.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(terms, sql` AND `)})`
}

const CONFINED: unique symbol = Symbol('confined to what test keys registered')

/** Confines a transaction of a test key to what test keys registered: it can lock no other recipient, and so write about none. */
export function confine(trx: Db, { live }: Pick<Reach, 'live'>): void {
  if (!live && !isConfined(trx)) Object.defineProperty(trx, CONFINED, { value: true })
}

/** Is this a transaction of a test key? */
export const isConfined = (trx: Db): boolean => (trx as Partial<Record<typeof CONFINED, true>>)[CONFINED] === true

/** Why a test key is refused; says nothing of what it may not see. */
export const outOfReach = (what: string): DecorumError =>
  new DecorumError('DECORUM_FORBIDDEN', `a test key changes only what test keys registered, and not this ${what}`)
