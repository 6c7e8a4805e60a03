import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** The address that an unsubscribe link names. */
export interface MailToStop {
  creditor: string
  recipientId: string
  hash: Buffer
  locale: string | null
  /** A stop of this address stands already. */
  stopped: boolean
}

/** Whose address is this? Null: none of ours. */
export async function mailToStop(db: Kysely<Database>, recipientAddressId: string): Promise<MailToStop | null> {
  const { rows } = await sql<MailToStop>`
    SELECT ra.creditor, ra.recipient_id AS "recipientId", ra.hash, r.locale,
      EXISTS (SELECT 1 FROM decorum.suppression s WHERE s.creditor = ra.creditor AND s.address_hash = ra.hash AND s.lifted_at IS NULL
        AND s.ends_at IS NULL AND (s.channel IS NULL OR s.channel = 'email')) AS stopped
    FROM decorum.recipient_address ra JOIN decorum.recipient r ON r.id = ra.recipient_id
    WHERE ra.id = ${recipientAddressId}::uuid`.execute(db)
  return rows[0] ?? null
}
