import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely'
import type pg from 'pg'
import type { Ledger } from '../ledger.ts'
import type { Database, Db } from '../schema.ts'
import { inOneTrip, OWN } from './own-statements.ts'

// Hot path: statements of constant text, prepared once a connection, several of them sent before the first is answered; measured by
// `npm run bench -- reserve`. To callers a transaction like any other.

/** A statement whose text never changes; its name, in the leading comment, is what it is prepared under. */
export interface Statement {
  readonly text: string
}

export const statement = (name: string, text: string): Statement => ({ text: `/* ${name} */ ${text.trim()}` })

/**
 * Statements that look back into monthly partitions, a text of its own for each month in which that look begins.
 *
 * A plan that is made once leaves out the months before only for what its text says: where values alone bound it, it locks every
 * month of every table each time it runs, and a ledger of three years has 37 months.
 *
 * @param make  the statements, of the month's name and its beginning as a literal
 */
export function statementsByMonth<T>(make: (month: string, from: string) => T): (since: Date) => T {
  const known = new Map<string, T>()
  return (since) => {
    const month = since.toISOString().slice(0, 7)
    let made = known.get(month)
    if (made === undefined) known.set(month, (made = make(month, `'${month}-01T00:00:00Z'::timestamptz`)))
    return made
  }
}

/**
 * An open transaction in which statements can be sent together.
 *
 * `send` does not wait for those sent before: PostgreSQL runs them in the order in which they were sent, each with a snapshot of its own, and
 * answers them in one round trip. If one fails, so do all after it, and the transaction is rolled back.
 */
export interface PipelinedTransaction {
  send<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>
  /** The same transaction for code that waits for each statement. */
  readonly trx: Transaction<Database>
}

/** Where a statement can be run: the ledger, a transaction of kysely's, or a pipelined one. */
export type Runner = Db | PipelinedTransaction

/** Runs a statement; in a pipelined transaction without waiting for those sent before. */
export const run = async <Row>(on: Runner, statement: Statement, values: readonly unknown[]): Promise<Row[]> =>
  'send' in on
    ? on.send<Row>(statement, values)
    : (await on.executeQuery<Row>(CompiledQuery.raw(statement.text, [...values]))).rows

/** Each statement keeps one plan, made without its values: see `PLAN_SETTINGS` and `useGenericPlans`. */
const BEGIN = `BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; ${OWN}`

/**
 * Runs `work` in a READ COMMITTED transaction of pipelined statements that find their rows by key.
 *
 * BEGIN goes out with the first statements.
 */
export async function inPipelinedTransaction<T>(
  ledger: Pick<Ledger, 'pool'>,
  work: (transaction: PipelinedTransaction) => Promise<T>,
): Promise<T> {
  const client = await ledger.pool.connect()
  const begun = client.query(BEGIN)
  // Reported by the statements that follow it; unhandled it would end the process.
  begun.catch(() => undefined)
  let broken: Error | undefined
  try {
    const result = await work(transactionOn(client))
    await begun
    const { command } = await client.query('COMMIT')
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: one of its statements had failed')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure))
    throw error
  } finally {
    client.release(broken)
  }
}

/**
 * Runs one statement in a transaction of its own, like `inPipelinedTransaction`, in one round trip.
 *
 * Whether it took effect is known only once this returns: a failure on the way to COMMIT leaves that open, as COMMIT itself does.
 */
export async function runByKey<Row>(
  ledger: Pick<Ledger, 'pool'>,
  { text }: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = await ledger.pool.connect()
  let broken: Error | undefined
  try {
    return (await inOneTrip(client, BEGIN, text, values)).rows as Row[]
  } catch (error) {
    // After a statement that failed, COMMIT has rolled back; after a broken connection nothing can be said to the server.
    if (client.getTransactionStatus() !== 'I')
      await client.query('ROLLBACK').catch((failure: Error) => (broken = failure))
    throw error
  } finally {
    client.release(broken)
  }
}

function transactionOn(client: pg.PoolClient): PipelinedTransaction {
  let trx: Transaction<Database> | undefined
  return {
    send: async <Row>({ text }: Statement, values: readonly unknown[]) =>
      (await client.query(text, [...values])).rows as Row[],
    get trx() {
      return (trx ??= kyselyOn(client))
    },
  }
}

/** Kysely on a connection whose transaction is begun and ended elsewhere. */
function kyselyOn(client: pg.PoolClient): Transaction<Database> {
  const own = { query: client.query.bind(client), release: () => undefined }
  const pool = { connect: async () => own, end: async () => undefined }
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: pool as never }) }) as Transaction<Database>
}
