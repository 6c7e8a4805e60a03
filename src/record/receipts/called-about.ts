import { sql, type Transaction } from 'kysely'
import type { Tone } from '../../model/tone.ts'
import type { Database } from '../schema.ts'

/** What a call was about. */
export interface CalledAbout {
  recipientId: string
  creditor: string
  accountIds: string[]
  tone: Tone
  ladder: string | null
  rung: string | null
}

/** Whom and what was this attempt about? Null: no such attempt. */
export async function calledAbout(trx: Transaction<Database>, reminderId: string, attemptNo: number): Promise<CalledAbout | null> {
  const { rows } = await sql<CalledAbout>`
    SELECT r.recipient_id AS "recipientId", r.creditor, r.tone, r.ladder, r.rung,
      ARRAY(SELECT account_id FROM decorum.reminder_account WHERE reminder_id = r.id ORDER BY lead DESC, account_id) AS "accountIds"
    FROM decorum.reminder r JOIN decorum.attempt a ON a.reminder_id = r.id
    WHERE r.id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}

/** Stops one channel for this person; the caller holds the recipient's lock. False: such a stop stood already and is not doubled. */
export async function suppressChannel(
  trx: Transaction<Database>, stop: { id: string; recipientId: string; creditor: string; channel: string; source: string; seq: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO decorum.suppression (id, creditor, scope, recipient_id, channel, reason, source, starts_at, received_at, created_by, seq)
    SELECT ${stop.id}::uuid, ${stop.creditor}, 'channel', ${stop.recipientId}::uuid, ${stop.channel}, 'opt-out', ${stop.source}, ${stop.now}, ${stop.now}, ${stop.source}, ${stop.seq}
    WHERE NOT EXISTS (
      SELECT 1 FROM decorum.suppression s
      WHERE s.recipient_id = ${stop.recipientId}::uuid AND s.scope = 'channel' AND s.channel = ${stop.channel} AND s.reason = 'opt-out' AND s.lifted_at IS NULL)
    RETURNING id`.execute(trx)
  return rows.length === 1
}
