import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

const suppressionRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.suppression as s')
    .leftJoin('decorum.recipient as r', 'r.id', 's.recipient_id')
    .select([
      's.id', 's.creditor', 's.scope', 's.channel', 's.reason', 's.source', 's.starts_at', 's.ends_at', 's.received_at', 's.lifted_at', 's.lifted_by',
      's.lift_reason', 's.created_by', 's.awaits_recipient', 's.awaits_account', 'r.external_id as recipient_external_id',
    ])
export type SuppressionRow = Awaited<ReturnType<ReturnType<typeof suppressionRows>['execute']>>[number]

export interface SuppressionFilter {
  creditor: string | null
  recipientExternalId: string | null
  accountExternalId: string | null
  /** True: only those in force at `at`; false: only the others; null: all. */
  open: boolean | null
  at: Date
  before: string | null
  limit: number
}

/** Stops, the newest first: on a person, and on any address that the person has. */
export const listSuppressions = (db: Kysely<Database>, filter: SuppressionFilter): Promise<SuppressionRow[]> =>
  suppressionRows(db)
    .$if(filter.creditor !== null, (q) => q.where('s.creditor', '=', filter.creditor as string))
    .$if(filter.recipientExternalId !== null, (q) => q.where((eb) => eb.or([
      coversPerson(sql`p.external_id = ${filter.recipientExternalId}`), eb.and([eb('s.awaits_recipient', '=', filter.recipientExternalId), eb('s.recipient_id', 'is', null)]),
    ])))
    .$if(filter.accountExternalId !== null, (q) =>
      q.where((eb) => eb.or([
        coversPerson(sql`p.id = (SELECT a.recipient_id FROM decorum.account a WHERE a.external_id = ${filter.accountExternalId} AND a.creditor = s.creditor)`),
        eb('s.awaits_account', '=', filter.accountExternalId),
      ])))
    .$if(filter.open === true, (q) => q.where('s.lifted_at', 'is', null).where((eb) => eb.or([eb('s.ends_at', 'is', null), eb('s.ends_at', '>', filter.at)])))
    .$if(filter.open === false, (q) => q.where((eb) => eb.or([eb('s.lifted_at', 'is not', null), eb('s.ends_at', '<=', filter.at)])))
    .$if(filter.before !== null, (q) => q.where('s.id', '<', filter.before as string))
    .orderBy('s.id', 'desc')
    .limit(filter.limit)
    .execute()

const coversPerson = (which: ReturnType<typeof sql>) => sql<boolean>`EXISTS (
  SELECT 1 FROM decorum.recipient p LEFT JOIN decorum.recipient_address pa ON pa.recipient_id = p.id
  WHERE p.creditor = s.creditor AND ${which} AND (p.id = s.recipient_id OR pa.hash = s.address_hash))`
