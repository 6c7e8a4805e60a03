import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { DeliveryState, DeliveryReport, RejectionClass } from '../model/delivery.ts'
import type { Channel, ContactOutcome, ReminderStatus, Tone } from '../model/vocabulary.ts'
import { type Locked, requireHeld } from './locks.ts'
import type { AttemptStatus, Database } from './schema.ts'

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

/** Which attempt is this receipt about? Null: none of ours. Call it again after taking the locks. */
export async function receiptSubject(
  trx: Transaction<Database>,
  reminderId: string,
  attemptNo: number,
): Promise<ReceiptSubject | null> {
  const { rows } = await sql<ReceiptSubject>`/* receipt-subject */
    SELECT a.recipient_id AS "recipientId", a.creditor, a.channel, a.route, a.status, a.reserved_at AS "reservedAt", a.provider_ref AS "providerRef",
      a.delivery, a.delivery_final AS "deliveryFinal", a.delivery_code AS "deliveryCode", a.rejection, r.status AS "reminderStatus", r.tries
    FROM decorum.attempt a JOIN decorum.reminder r ON r.id = a.reminder_id
    WHERE a.reminder_id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}

/** Records a receipt; its recipient is locked. False when it was recorded before. */
export async function keepReceipt(
  trx: Locked,
  receipt: {
    reminderId: string
    attemptNo: number
    recipientId: string
    dedupe: string
    word: DeliveryReport
    saidAt: Date | null
    receivedAt: Date
    changed: boolean
  },
): Promise<boolean> {
  const { word } = receipt
  requireHeld(trx, [receipt.recipientId])
  const { rows } = await sql<{ one: number }>`/* keep-receipt */
    INSERT INTO decorum.receipt (reminder_id, attempt_no, dedupe, state, final, code, said_at, received_at, changed)
    VALUES (${receipt.reminderId}::uuid, ${receipt.attemptNo}::smallint, ${receipt.dedupe}, ${word.state}, ${word.final}::boolean, ${word.code},
      ${receipt.saidAt}::timestamptz, ${receipt.receivedAt}::timestamptz, ${receipt.changed}::boolean)
    ON CONFLICT DO NOTHING RETURNING 1 AS one`.execute(trx)
  return rows.length === 1
}

/** The delivery state of an attempt after its receipts, and what follows for its reminder and its contact. */
interface DeliveryKnown {
  reminderId: string
  attemptNo: number
  recipientId: string
  reservedAt: Date
  word: DeliveryReport
  at: Date
  attemptStatus: AttemptStatus
  providerRef: string | null
  rejection: RejectionClass | null
  resolvedBy: string | null
  reminderStatus: ReminderStatus
  endReason: string | null
  /** Null: certainly never happened, and counts nowhere. */
  contact: ContactOutcome | null
}

/** Writes the delivery state of an attempt, in one statement. */
export async function writeDelivery(trx: Locked, known: DeliveryKnown): Promise<void> {
  requireHeld(trx, [known.recipientId])
  await sql`/* write-delivery */
    WITH told AS (
      UPDATE decorum.attempt SET status = ${known.attemptStatus}, delivery = ${known.word.state}, delivery_final = ${known.word.final},
        delivery_code = ${known.word.code}, delivery_at = ${known.at}, provider_ref = coalesce(provider_ref, ${known.providerRef}),
        rejection = coalesce(${known.rejection}, rejection), resolved_by = coalesce(resolved_by, ${known.resolvedBy}),
        settled_at = coalesce(settled_at, ${known.at})
      WHERE reminder_id = ${known.reminderId}::uuid AND no = ${known.attemptNo}
    ), moved AS (
      UPDATE decorum.reminder SET status = ${known.reminderStatus}, end_reason = ${known.endReason}, updated_at = ${known.at}
      WHERE id = ${known.reminderId}::uuid AND tries = ${known.attemptNo} AND status IN ('sending', 'sent', 'delivered', 'in_doubt', 'failed')
    )
    UPDATE decorum.contact SET outcome = ${known.contact ?? 'pending'},
      party = CASE WHEN ${known.contact === 'conversation'}::boolean THEN coalesce(party, 'recipient') ELSE party END
    WHERE ${known.contact !== null}::boolean AND ${isContactOf(known)}`.execute(trx)
  if (known.contact === null)
    await sql`/* remove-contact */ DELETE FROM decorum.contact WHERE ${isContactOf(known)}`.execute(trx)
}

const isContactOf = (known: DeliveryKnown): RawBuilder<boolean> =>
  sql`recipient_id = ${known.recipientId}::uuid AND at = ${known.reservedAt} AND id = ${known.reminderId}::uuid`

/** Which route carried this attempt, and under which reference? Null: no such attempt. */
export const attemptRoute = async (db: Kysely<Database>, reminderId: string, attemptNo: number) =>
  (await db
    .selectFrom('decorum.attempt')
    .select(['route', 'provider_ref'])
    .where('reminder_id', '=', reminderId)
    .where('no', '=', attemptNo)
    .executeTakeFirst()) ?? null

/** The recipient and the address of an attempt. */
interface AttemptAddress {
  recipientId: string
  creditor: string
  hash: Buffer
}

/** Which recipient and address does this attempt need locked? Null: no such attempt. */
export async function attemptAddress(
  trx: Transaction<Database>,
  reminderId: string,
  attemptNo: number,
): Promise<AttemptAddress | null> {
  const { rows } = await sql<AttemptAddress>`/* attempt-address */
    SELECT a.recipient_id AS "recipientId", a.creditor, ra.hash
    FROM decorum.attempt a JOIN decorum.recipient_address ra ON ra.id = a.address_id
    WHERE a.reminder_id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}

/** The subject of a call. */
interface CalledAbout {
  recipientId: string
  creditor: string
  accountIds: string[]
  tone: Tone
  ladder: string | null
  rung: string | null
}

/** Which recipient and accounts was this call about? Null: no such attempt. */
export async function calledAbout(
  trx: Transaction<Database>,
  reminderId: string,
  attemptNo: number,
): Promise<CalledAbout | null> {
  const { rows } = await sql<CalledAbout>`
    SELECT r.recipient_id AS "recipientId", r.creditor, r.tone, r.ladder, r.rung,
      ARRAY(SELECT account_id FROM decorum.reminder_account WHERE reminder_id = r.id ORDER BY lead DESC, account_id) AS "accountIds"
    FROM decorum.reminder r JOIN decorum.attempt a ON a.reminder_id = r.id
    WHERE r.id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}
