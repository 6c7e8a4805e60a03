import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** Settled notices that nobody asks about any more: those settled before these instants. */
export interface OldNotices {
  taken: Date
  givenUp: Date
}

/** How many there are of each. */
export interface NoticeCount {
  taken: number
  givenUp: number
}

export async function countOldNotices(db: Kysely<Database>, { taken, givenUp }: OldNotices): Promise<NoticeCount> {
  const { rows } = await sql<NoticeCount>`
    SELECT (SELECT count(*) FROM decorum.outbox WHERE outcome = 'taken' AND done_at < ${taken})::float8 AS taken,
      (SELECT count(*) FROM decorum.outbox WHERE outcome = 'given_up' AND done_at < ${givenUp})::float8 AS "givenUp"`.execute(db)
  return rows[0] ?? { taken: 0, givenUp: 0 }
}

/**
 * Removes the oldest of them, at most `limit` of each kind; answers how many went.
 *
 * By their place in the table, because the index that finds them does not hold the key. What
 * another sweeper removes at the same time is passed over.
 */
export async function forgetOldNotices(db: Kysely<Database>, { taken, givenUp }: OldNotices, limit: number): Promise<NoticeCount> {
  const oldest = (outcome: 'taken' | 'given_up', before: Date) => sql`
    ARRAY(SELECT ctid FROM decorum.outbox WHERE outcome = ${sql.lit(outcome)} AND done_at < ${before} ORDER BY done_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`
  const { rows } = await sql<NoticeCount>`
    WITH gone AS (
      DELETE FROM decorum.outbox WHERE ctid = ANY(${oldest('taken', taken)} || ${oldest('given_up', givenUp)}) RETURNING outcome
    )
    SELECT (count(*) FILTER (WHERE outcome = 'taken'))::int AS taken, (count(*) FILTER (WHERE outcome = 'given_up'))::int AS "givenUp" FROM gone`.execute(db)
  return rows[0] ?? { taken: 0, givenUp: 0 }
}
