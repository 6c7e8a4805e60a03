import { sql, type Kysely } from 'kysely'

/**
 * Settled notices can be found by their age, so that those nobody asks about any more are removed without reading the others.
 *
 * How it ended comes first: what was given up is kept longer, and must not be passed over at each look.
 */
export const breaking = false

const STATEMENTS = [
  `CREATE INDEX outbox_settled ON decorum.outbox (outcome, done_at) WHERE done_at IS NOT NULL`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
