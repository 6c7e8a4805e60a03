import { sql, type Kysely, type Transaction } from 'kysely'
import { databaseFailure } from '../../model/database-failure.ts'
import type { Database } from '../schema.ts'
import { PARTITIONED, pieceNamed, type Piece } from './months.ts'

/** Of which pieces do the partitioned tables consist? Those that somebody attached by hand under names of their own are left alone. */
export async function listPieces(db: Kysely<Database> | Transaction<Database>): Promise<Piece[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT piece.relname AS name FROM pg_inherits h JOIN pg_class piece ON piece.oid = h.inhrelid
    WHERE h.inhparent = ANY(${PARTITIONED.map((table) => `decorum.${table.name}`)}::text[]::regclass[]) ORDER BY piece.relname`.execute(db)
  return rows.flatMap((row) => pieceNamed(row.name) ?? [])
}

/** One key for every Decorum: pieces are made and dropped by one at a time. */
const ADVISORY_LOCK = 5_324_417_002

/** Takes the right to make or drop pieces until the transaction ends; false: somebody else is at it. */
export async function takePieces(trx: Transaction<Database>): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCK}) AS taken`.execute(trx)
  return rows[0]?.taken === true
}

/** Was a lock not to be had in time? Then the same is worth trying again a little later. */
export function wasBusy(error: unknown): boolean {
  const failure = databaseFailure(error)
  return failure === 'lock_timeout' || failure === 'conflict'
}
