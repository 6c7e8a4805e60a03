import { sql, type Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { ContactOutcome } from '../../model/contact.ts'
import type { DeliveryState, DeliveryWord, RejectionClass } from '../../model/outcome.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import { markSpells } from '../dispatch/spell-progress.ts'
import type { AttemptStatus, Database } from '../schema.ts'

/** An attempt as it stands when a receipt for it arrives. */
export interface ReceiptSubject {
  recipientId: string
  creditor: string
  channel: Channel
  route: string
  status: AttemptStatus
  reservedAt: Date
  providerRef: string | null
  delivery: DeliveryState | null
  deliveryFinal: boolean
  deliveryCode: string | null
  rejection: RejectionClass | null
  reminderStatus: ReminderStatus
  tries: number
}

/** Which attempt is this receipt about? Null: none of ours. Call it again after the locks. */
export async function receiptSubject(trx: Transaction<Database>, reminderId: string, attemptNo: number): Promise<ReceiptSubject | null> {
  const { rows } = await sql<ReceiptSubject>`
    SELECT a.recipient_id AS "recipientId", a.creditor, a.channel, a.route, a.status, a.reserved_at AS "reservedAt", a.provider_ref AS "providerRef",
      a.delivery, a.delivery_final AS "deliveryFinal", a.delivery_code AS "deliveryCode", a.rejection, r.status AS "reminderStatus", r.tries
    FROM decorum.attempt a JOIN decorum.reminder r ON r.id = a.reminder_id
    WHERE a.reminder_id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}

/** Keeps the receipt itself; false when the same one was kept before. */
export async function keepReceipt(
  trx: Transaction<Database>,
  receipt: { reminderId: string; attemptNo: number; dedupe: string; word: DeliveryWord; saidAt: Date | null; receivedAt: Date; changed: boolean; seq: number },
): Promise<boolean> {
  const { word } = receipt
  const { rows } = await sql<{ one: number }>`
    INSERT INTO decorum.receipt (reminder_id, attempt_no, dedupe, state, final, code, said_at, received_at, changed, seq)
    VALUES (${receipt.reminderId}::uuid, ${receipt.attemptNo}, ${receipt.dedupe}, ${word.state}, ${word.final}, ${word.code}, ${receipt.saidAt},
      ${receipt.receivedAt}, ${receipt.changed}, ${receipt.seq})
    ON CONFLICT DO NOTHING RETURNING 1 AS one`.execute(trx)
  return rows.length === 1
}

/** What is known of an attempt after its receipts, and what follows for its reminder and its contact. */
export interface DeliveryKnown {
  reminderId: string
  attemptNo: number
  recipientId: string
  reservedAt: Date
  word: DeliveryWord
  at: Date
  attemptStatus: AttemptStatus
  providerRef: string | null
  rejection: RejectionClass | null
  resolvedBy: string | null
  reminderStatus: ReminderStatus
  endReason: string | null
  /** Null: surely never happened, and counts nowhere. */
  contact: ContactOutcome | null
}

/** Writes what the receipts of an attempt have come to. */
export async function writeDelivery(trx: Transaction<Database>, known: DeliveryKnown): Promise<void> {
  await sql`
    UPDATE decorum.attempt SET status = ${known.attemptStatus}, delivery = ${known.word.state}, delivery_final = ${known.word.final},
      delivery_code = ${known.word.code}, delivery_at = ${known.at}, provider_ref = coalesce(provider_ref, ${known.providerRef}),
      rejection = coalesce(${known.rejection}, rejection), resolved_by = coalesce(resolved_by, ${known.resolvedBy}),
      settled_at = coalesce(settled_at, ${known.at})
    WHERE reminder_id = ${known.reminderId}::uuid AND no = ${known.attemptNo}`.execute(trx)
  if (known.attemptStatus === 'accepted' || known.attemptStatus === 'in_doubt') await markSpells(trx, [known])
  await sql`
    UPDATE decorum.reminder SET status = ${known.reminderStatus}, end_reason = ${known.endReason}, updated_at = ${known.at}
    WHERE id = ${known.reminderId}::uuid AND tries = ${known.attemptNo} AND status IN ('sending', 'sent', 'delivered', 'in_doubt', 'failed')`.execute(trx)
  if (known.contact === null) {
    await sql`
      DELETE FROM decorum.contact WHERE recipient_id = ${known.recipientId}::uuid AND at = ${known.reservedAt} AND id = ${known.reminderId}::uuid`.execute(trx)
  } else {
    await sql`
      UPDATE decorum.contact SET outcome = ${known.contact},
        party = CASE WHEN ${known.contact} = 'conversation' THEN coalesce(party, 'recipient') ELSE party END
      WHERE recipient_id = ${known.recipientId}::uuid AND at = ${known.reservedAt} AND id = ${known.reminderId}::uuid`.execute(trx)
  }
}
