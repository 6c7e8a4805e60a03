import { type Insertable, type Kysely, type Selectable, sql } from 'kysely'
import { type Locked, requireHeld } from './locks.ts'
import type { Database, ReportedContactTable } from './schema.ts'

export type ContactRow = Omit<Selectable<ReportedContactTable>, 'seq'>

/** Records a contact that counts toward caps from now on; its recipient and address are locked. */
export async function addContact(trx: Locked, contact: ContactRow): Promise<void> {
  requireHeld(trx, [contact.recipient_id])
  const row: Insertable<ReportedContactTable> = {
    ...contact,
    excess: contact.excess === null ? (null as never) : JSON.stringify(contact.excess),
  }
  await trx.insertInto('decorum.reported_contact').values(row).execute()
}

/** Marks a contact with the rules that it exceeded; earlier marks stay. */
export async function markContact(
  trx: Locked,
  recipientId: string,
  at: Date,
  id: string,
  rules: readonly string[],
): Promise<void> {
  requireHeld(trx, [recipientId])
  await sql`
    UPDATE decorum.reported_contact SET excess = (
      SELECT jsonb_agg(DISTINCT rule) FROM jsonb_array_elements(coalesce(excess, '[]'::jsonb) || ${JSON.stringify(rules)}::jsonb) AS r (rule))
    WHERE recipient_id = ${recipientId}::uuid AND at = ${at} AND id = ${id}::uuid`.execute(trx)
}

const contactRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.contact as c')
    .innerJoin('decorum.recipient as r', 'r.id', 'c.recipient_id')
    .select([
      'c.id',
      'c.creditor',
      'c.at',
      'c.channel',
      'c.direction',
      'c.mode',
      'c.outcome',
      'c.party',
      'c.made_by',
      'c.reminder_id',
      'c.excess',
      'c.recorded_at',
      'r.external_id as recipient_external_id',
      sql<string[]>`(SELECT coalesce(array_agg(a.external_id ORDER BY a.external_id), '{}')
        FROM decorum.account a WHERE a.id = ANY (c.account_ids))`.as('account_external_ids'),
    ])
export type ContactListing = Awaited<ReturnType<ReturnType<typeof contactRows>['execute']>>[number]

interface ContactFilter {
  /** Required, since contacts are indexed by recipient and time. */
  recipientIds: readonly string[]
  /** Our own id; contacts that name no account count for every account. */
  accountId: string | null
  before: { at: Date; id: string } | null
  limit: number
}

/** Contacts with these recipients, the latest first. */
export async function listContacts(db: Kysely<Database>, filter: ContactFilter): Promise<ContactListing[]> {
  if (filter.recipientIds.length === 0) return []
  return contactRows(db)
    .where('c.recipient_id', 'in', [...filter.recipientIds])
    .$if(filter.accountId !== null, (q) =>
      q.where(sql<boolean>`(c.account_ids = '{}' OR ${filter.accountId}::uuid = ANY (c.account_ids))`),
    )
    .$if(filter.before !== null, (q) =>
      q.where(sql<boolean>`(c.at, c.id) < (${filter.before?.at}, ${filter.before?.id})`),
    )
    .orderBy('c.at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(filter.limit)
    .execute()
}
