import type { PostgresPool } from 'kysely'
import type pg from 'pg'
import { EVIDENCE } from '../chain/evidence.ts'

/**
 * Says that the statements of this transaction are Decorum's own, so that the notes they leave are proved with the session's secret.
 *
 * Whoever writes to the ledger past kysely and the pipelines, on one of our connections or on another, leaves notes without a proof.
 */
export const OWN = 'SET LOCAL decorum.own = on'

const BEGINS = /^(?:begin|start transaction)\b/
const WRITES = /^\s*(?:\/\*[^*]*\*\/\s*)?(?:insert|update|delete|merge|with)\b/i
const NOTED = new RegExp(`\\bdecorum"?\\."?(?:${EVIDENCE.map(({ relation }) => relation).join('|')})\\b`)

/** The same connections for kysely: each transaction, and each statement outside of one that writes evidence, is Decorum's own. */
export function ownStatements(pool: pg.Pool): PostgresPool {
  const known = new WeakMap<pg.PoolClient, Awaited<ReturnType<PostgresPool['connect']>>>()
  const wrapped = (client: pg.PoolClient) => ({
    query: async (text: string, values: readonly unknown[]) => {
      if (BEGINS.test(text)) {
        await client.query(`${text}; ${OWN}`)
        return { command: 'BEGIN', rowCount: null, rows: [] }
      }
      const alone = WRITES.test(text) && NOTED.test(text) && client.getTransactionStatus() === 'I'
      return alone ? inOneTrip(client, `BEGIN; ${OWN}`, text, values) : client.query(text, [...values])
    },
    release: () => client.release(),
  })
  return {
    connect: async () => {
      const client = await pool.connect()
      const before = known.get(client)
      if (before !== undefined) return before
      const made = wrapped(client) as unknown as Awaited<ReturnType<PostgresPool['connect']>>
      known.set(client, made)
      return made
    },
    end: () => pool.end(),
  }
}

/**
 * Runs one statement in a transaction of its own, in one round trip.
 *
 * After a statement that failed, COMMIT has rolled back.
 */
export async function inOneTrip(
  client: pg.PoolClient,
  begin: string,
  text: string,
  values: readonly unknown[],
): Promise<pg.QueryResult> {
  const sent = [client.query(begin), client.query(text, [...values]), client.query('COMMIT')] as const
  const answers = await Promise.allSettled(sent)
  const failed = answers.find((answer) => answer.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return sent[1]
}
