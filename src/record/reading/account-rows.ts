import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** Accounts with the names that their creditor gave to them and to their borrower, and the spell that runs. */
const accountRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.account as a')
    .innerJoin('decorum.recipient as r', 'r.id', 'a.recipient_id')
    .leftJoin('decorum.spell as s', 's.id', 'a.spell_id')
    .select([
      'a.id', 'a.creditor', 'a.external_id', 'a.recipient_id', 'a.live', 'a.product', 'a.role', 'a.ladder', 'a.state', 'a.risk_band',
      'a.currency', 'a.overdue_minor', 'a.outstanding_minor', 'a.minimum_due_minor', 'a.due_date', 'a.next_due_date',
      'a.stated_days_past_due', 'a.grace_days', 'a.auto_debit', 'a.reference_masked', 'a.as_of', 'a.plan_at', 'a.updated_at',
      'r.external_id as recipient_external_id',
      's.no as spell_no', 's.pass as spell_pass', 's.ladder_version as spell_ladder_version', 's.started_on as spell_started_on',
      's.entered_at as spell_entered_at', 's.last_tone as spell_last_tone',
    ])

export type AccountRow = Awaited<ReturnType<ReturnType<typeof accountRows>['execute']>>[number]

/** Which accounts bear this id of a creditor's? At most two: one that is not unique is as good as many. */
export const accountsByExternalId = (db: Kysely<Database>, creditor: string | null, externalId: string): Promise<AccountRow[]> =>
  accountRows(db)
    .where('a.external_id', '=', externalId)
    .$if(creditor !== null, (q) => q.where('a.creditor', '=', creditor as string))
    .limit(2)
    .execute()

export interface AccountFilter {
  creditor: string | null
  state: AccountRow['state'] | null
  recipientExternalId: string | null
  /** Only accounts registered after this one. */
  after: string | null
  limit: number
}

/** Accounts in the order in which they were registered. */
export const listAccounts = (db: Kysely<Database>, filter: AccountFilter): Promise<AccountRow[]> =>
  accountRows(db)
    .$if(filter.creditor !== null, (q) => q.where('a.creditor', '=', filter.creditor as string))
    .$if(filter.state !== null, (q) => q.where('a.state', '=', filter.state as AccountRow['state']))
    .$if(filter.recipientExternalId !== null, (q) => q.where('r.external_id', '=', filter.recipientExternalId as string))
    .$if(filter.after !== null, (q) => q.where('a.id', '>', filter.after as string))
    .orderBy('a.id')
    .limit(filter.limit)
    .execute()
