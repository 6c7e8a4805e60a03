import { sql, type Transaction } from 'kysely'
import type { SuppressionReason } from '../../model/suppression.ts'
import type { Database } from '../schema.ts'
import { newId } from '../id.ts'
import { takeSequence } from '../locks.ts'

/** Whom an attempt was made to, and where. */
export interface AttemptAddress {
  recipientId: string
  creditor: string
  hash: Buffer
}

/** Whose locks does this attempt need? Null: no such attempt. */
export async function attemptAddress(trx: Transaction<Database>, reminderId: string, attemptNo: number): Promise<AttemptAddress | null> {
  const { rows } = await sql<AttemptAddress>`/* attempt-address */
    SELECT a.recipient_id AS "recipientId", a.creditor, ra.hash
    FROM decorum.attempt a JOIN decorum.recipient_address ra ON ra.id = a.address_id
    WHERE a.reminder_id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}

/** Stops this address; the caller holds the recipient's and the address's locks. False: such a stop stood already and is not doubled. */
export async function suppressAddress(
  trx: Transaction<Database>, address: AttemptAddress, reason: SuppressionReason, source: string, now: Date,
): Promise<boolean> {
  const seq = await takeSequence(trx, address.recipientId)
  const { rows } = await sql<{ id: string }>`
    INSERT INTO decorum.suppression (id, creditor, scope, recipient_id, address_hash, reason, source, starts_at, received_at, created_by, seq)
    SELECT ${newId()}::uuid, ${address.creditor}, 'address', ${address.recipientId}::uuid, ${address.hash}, ${reason}, ${source}, ${now}, ${now}, ${source}, ${seq}
    WHERE NOT EXISTS (
      SELECT 1 FROM decorum.suppression s
      WHERE s.creditor = ${address.creditor} AND s.address_hash = ${address.hash} AND s.reason = ${reason} AND s.lifted_at IS NULL)
    RETURNING id`.execute(trx)
  return rows.length === 1
}
