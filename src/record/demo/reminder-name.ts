import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/**
 * What is this reminder called in terms that are the same in every run?
 *
 * Ids are new each time; the borrower, the step and the hour are not. Null: no such reminder.
 */
export async function reminderName(db: Kysely<Database>, reminderId: string): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    SELECT concat_ws('/', m.creditor, p.external_id, m.origin, m.rung, m.channel, m.tone, extract(epoch FROM m.due_at)::bigint) AS name
    FROM decorum.reminder m JOIN decorum.recipient p ON p.id = m.recipient_id WHERE m.id = ${reminderId}::uuid`.execute(db)
  return rows[0]?.name ?? null
}
