import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** A person as upstream knows it. */
export interface UpstreamPerson {
  /** Ours, for the lock and the sequence. */
  recipientKey: string
  creditor: string
  recipientId: string
}

/**
 * What does upstream call these people?
 *
 * @param creditors  those that somebody listens to; null: all
 */
export async function upstreamPeople(
  trx: Transaction<Database>, recipientKeys: readonly string[], creditors: readonly string[] | null,
): Promise<UpstreamPerson[]> {
  const { rows } = await sql<UpstreamPerson>`
    SELECT id AS "recipientKey", creditor, external_id AS "recipientId" FROM decorum.recipient
    WHERE id = ANY(${recipientKeys}::uuid[]) AND (${creditors}::text[] IS NULL OR creditor = ANY(${creditors}::text[]))
    ORDER BY id`.execute(trx)
  return rows
}
