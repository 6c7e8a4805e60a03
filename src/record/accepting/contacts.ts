import { sql, type Insertable, type Selectable } from 'kysely'
import { requireHeld, type Locked } from '../locks.ts'
import type { ContactTable } from '../schema.ts'

export type ContactRow = Selectable<ContactTable>

/** Records a contact that counts toward caps from now on; its recipient and address are locked. */
export async function addContact(trx: Locked, contact: ContactRow): Promise<void> {
  requireHeld(trx, [contact.recipient_id])
  const row: Insertable<ContactTable> = { ...contact, excess: contact.excess === null ? null as never : JSON.stringify(contact.excess) }
  await trx.insertInto('decorum.contact').values(row).execute()
}

/** Marks a contact with the rules that it exceeded; those that it has been marked with before stay. */
export async function markContact(trx: Locked, recipientId: string, at: Date, id: string, rules: readonly string[]): Promise<void> {
  requireHeld(trx, [recipientId])
  await sql`
    UPDATE decorum.contact SET excess = (
      SELECT jsonb_agg(DISTINCT rule) FROM jsonb_array_elements(coalesce(excess, '[]'::jsonb) || ${JSON.stringify(rules)}::jsonb) AS r (rule))
    WHERE recipient_id = ${recipientId}::uuid AND at = ${at} AND id = ${id}::uuid`.execute(trx)
}
