import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/**
 * Whose accounts are to be looked at by now?
 *
 * Oldest first, at most `limit` people; a plain look without locks.
 *
 * @param now  business time
 */
export async function peopleDue(db: Kysely<Database>, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ recipient_id: string }>`
    SELECT recipient_id, min(plan_at) AS first FROM (
      SELECT recipient_id, plan_at FROM decorum.account
      WHERE plan_at <= ${now} ORDER BY plan_at, id LIMIT ${limit}
    ) due GROUP BY recipient_id ORDER BY first`.execute(db)
  return rows.map((row) => row.recipient_id)
}
