import type { Insertable, Selectable, Transaction } from 'kysely'
import type { ContactTable, Database } from '../schema.ts'

export type ContactRow = Selectable<ContactTable>

/** Records a contact that counts toward caps from now on; its recipient and address are locked. */
export async function addContact(trx: Transaction<Database>, contact: ContactRow): Promise<void> {
  const row: Insertable<ContactTable> = { ...contact, excess: contact.excess === null ? null as never : JSON.stringify(contact.excess) }
  await trx.insertInto('decorum.contact').values(row).execute()
}
