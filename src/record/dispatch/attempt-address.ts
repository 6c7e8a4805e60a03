import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

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
