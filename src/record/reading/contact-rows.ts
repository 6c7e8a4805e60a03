import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

const contactRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.contact as c')
    .innerJoin('decorum.recipient as r', 'r.id', 'c.recipient_id')
    .select([
      'c.id', 'c.creditor', 'c.at', 'c.channel', 'c.direction', 'c.mode', 'c.outcome', 'c.party', 'c.made_by', 'c.reminder_id', 'c.excess', 'c.recorded_at',
      'r.external_id as recipient_external_id',
      sql<string[]>`(SELECT coalesce(array_agg(a.external_id ORDER BY a.external_id), '{}')
        FROM decorum.account a WHERE a.id = ANY (c.account_ids))`.as('account_external_ids'),
    ])
export type ContactRow = Awaited<ReturnType<ReturnType<typeof contactRows>['execute']>>[number]

export interface ContactFilter {
  /** The people whose contacts are asked for: contacts are kept by person and time. */
  recipientIds: readonly string[]
  /** Our own id; contacts that name no account are about every account. */
  accountId: string | null
  before: { at: Date; id: string } | null
  limit: number
}

/** What counts toward these people's caps, the latest first. */
export async function listContacts(db: Kysely<Database>, filter: ContactFilter): Promise<ContactRow[]> {
  if (filter.recipientIds.length === 0) return []
  return contactRows(db)
    .where('c.recipient_id', 'in', [...filter.recipientIds])
    .$if(filter.accountId !== null, (q) => q.where(sql<boolean>`(c.account_ids = '{}' OR ${filter.accountId}::uuid = ANY (c.account_ids))`))
    .$if(filter.before !== null, (q) =>
      q.where(sql<boolean>`(c.at, c.id) < (${filter.before?.at}, ${filter.before?.id})`))
    .orderBy('c.at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(filter.limit)
    .execute()
}
