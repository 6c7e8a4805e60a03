import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

const holdRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.hold as h')
    .innerJoin('decorum.recipient as r', 'r.id', 'h.recipient_id')
    .leftJoin('decorum.account as a', 'a.id', 'h.account_id')
    .select([
      'h.id', 'h.creditor', 'h.kind', 'h.channel', 'h.starts_at', 'h.ends_at', 'h.ended_at', 'h.ended_by', 'h.end_reason', 'h.created_by', 'h.created_at',
      'r.external_id as recipient_external_id', 'a.external_id as account_external_id',
    ])
export type HoldRow = Awaited<ReturnType<ReturnType<typeof holdRows>['execute']>>[number]

export interface HoldFilter {
  creditor: string | null
  recipientExternalId: string | null
  accountExternalId: string | null
  /** True: only those that nobody ended and that have not run out at `at`; false: only the others; null: all. */
  open: boolean | null
  at: Date
  before: string | null
  limit: number
}

/** Pauses, the newest first. */
export const listHolds = (db: Kysely<Database>, filter: HoldFilter): Promise<HoldRow[]> =>
  holdRows(db)
    .$if(filter.creditor !== null, (q) => q.where('h.creditor', '=', filter.creditor as string))
    .$if(filter.recipientExternalId !== null, (q) => q.where('r.external_id', '=', filter.recipientExternalId as string))
    .$if(filter.accountExternalId !== null, (q) => q.where('a.external_id', '=', filter.accountExternalId as string))
    .$if(filter.open === true, (q) => q.where('h.ended_at', 'is', null).where((eb) => eb.or([eb('h.ends_at', 'is', null), eb('h.ends_at', '>', filter.at)])))
    .$if(filter.open === false, (q) => q.where((eb) => eb.or([eb('h.ended_at', 'is not', null), eb('h.ends_at', '<=', filter.at)])))
    .$if(filter.before !== null, (q) => q.where('h.id', '<', filter.before as string))
    .orderBy('h.id', 'desc')
    .limit(filter.limit)
    .execute()
