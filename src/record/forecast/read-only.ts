import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'
import type { Ledger } from '../ledger.ts'

/** Reads one state of the ledger, writes nothing, and gives up after so long rather than load it. */
export const readOnly = <T>(ledger: Pick<Ledger, 'db'>, statementTimeoutMs: number, read: (trx: Transaction<Database>) => Promise<T>): Promise<T> =>
  ledger.db.transaction().execute(async (trx) => {
    await sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`.execute(trx)
    await sql`SET LOCAL statement_timeout = ${sql.lit(statementTimeoutMs)}`.execute(trx)
    return read(trx)
  })
