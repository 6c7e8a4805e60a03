import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/**
 * Notes on their spells that these attempts may have reached the person: when the first message
 * went out, and the firmest tone so far. In doubt counts as gone out.
 *
 * @param attempts  JSON array of `{id, no}`
 */
export async function markSpells(trx: Transaction<Database>, attempts: string): Promise<void> {
  await sql`
    UPDATE decorum.spell s SET first_message_at = coalesce(s.first_message_at, a.reserved_at),
      last_tone = CASE WHEN array_position(ARRAY['gentle','neutral','firm','final'], r.tone)
        > coalesce(array_position(ARRAY['gentle','neutral','firm','final'], s.last_tone), 0) THEN r.tone ELSE s.last_tone END
    FROM jsonb_to_recordset(${attempts}::jsonb) AS d (id uuid, no smallint)
    JOIN decorum.attempt a ON a.reminder_id = d.id AND a.no = d.no AND a.status IN ('accepted', 'in_doubt')
    JOIN decorum.reminder r ON r.id = a.reminder_id
    JOIN decorum.reminder_account ra ON ra.reminder_id = r.id
    WHERE s.id = ra.spell_id`.execute(trx)
}
