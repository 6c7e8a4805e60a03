import { sql, type Kysely } from 'kysely'
import type { Instant } from '../../model/instant.ts'
import type { Database, StoredObjection } from '../schema.ts'
import { takeLocks, takeSequence } from '../locks.ts'

/**
 * Puts aside a reminder that cannot be reserved because of its own data.
 *
 * It waits until `nextAt` with a decision that says so, instead of coming back with every ring; past its
 * deadline it ends. Guarded by the ring: whoever else has it meanwhile keeps it.
 */
export async function putAside(
  db: Kysely<Database>, aside: { reminderId: string; ring: string; now: Instant; nextAt: Instant; objection: StoredObjection },
): Promise<boolean> {
  const now = new Date(aside.now)
  return db.transaction().execute(async (trx) => {
    const owner = await trx.selectFrom('decorum.reminder').select('recipient_id').where('id', '=', aside.reminderId).executeTakeFirst()
    if (owner === undefined) return false
    const locked = await takeLocks(trx, { recipients: [owner.recipient_id] }, 'wait')
    const { rows } = await sql<{ no: number }>`
      UPDATE decorum.reminder SET ring = NULL, queued_at = NULL, decisions = decisions + 1, decided_as = 'refuse|decorum/unwritable', updated_at = ${now},
        status = CASE WHEN expires_at <= ${now} THEN 'expired' ELSE 'scheduled' END,
        end_reason = CASE WHEN expires_at <= ${now} THEN 'internal_error' END,
        next_at = least(expires_at, ${new Date(aside.nextAt)})
      WHERE id = ${aside.reminderId}::uuid AND status = 'queued' AND ring = ${aside.ring}::uuid RETURNING decisions AS no`.execute(trx)
    const [row] = rows
    if (row === undefined) return false
    const seq = await takeSequence(locked, owner.recipient_id)
    await sql`
      INSERT INTO decorum.decision (reminder_id, no, at, last_at, verdict, code, rule, reasons, packs, candidate_zones, facts, seq)
      VALUES (${aside.reminderId}::uuid, ${row.no}, ${now}, ${now}, 'refuse', ${aside.objection.code}, ${aside.objection.rule},
        ${JSON.stringify([aside.objection])}::jsonb, '[]', '{}', '{}', ${seq})`.execute(trx)
    return true
  })
}
