import type { Kysely } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { Database } from '../schema.ts'

const reminderRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.reminder as m')
    .innerJoin('decorum.recipient as r', 'r.id', 'm.recipient_id')
    .select([
      'm.id', 'm.creditor', 'm.status', 'm.live', 'm.origin', 'm.kind', 'm.mode', 'm.tone', 'm.channel', 'm.fallback_channels', 'm.follows',
      'm.template', 'm.ladder', 'm.ladder_version', 'm.rung', 'm.route', 'm.due_at', 'm.next_at', 'm.expires_at', 'm.end_reason',
      'm.created_at', 'm.updated_at', 'm.recipient_id', 'r.external_id as recipient_external_id',
    ])

type BareRow = Awaited<ReturnType<ReturnType<typeof reminderRows>['execute']>>[number]
export type ReminderRow = BareRow & { account_external_ids: string[] }

/** One reminder, by our own id. Null creditor: any. */
export async function reminderById(db: Kysely<Database>, creditor: string | null, id: string): Promise<ReminderRow | null> {
  const row = await reminderRows(db)
    .where('m.id', '=', id)
    .$if(creditor !== null, (q) => q.where('m.creditor', '=', creditor as string))
    .executeTakeFirst()
  return row === undefined ? null : ((await withAccounts(db, [row]))[0] as ReminderRow)
}

export interface ReminderFilter {
  creditor: string | null
  status: ReminderStatus | null
  channel: Channel | null
  recipientExternalId: string | null
  accountExternalId: string | null
  /** Only reminders made before this one. */
  before: string | null
  limit: number
}

/** Reminders, the newest first. */
export async function listReminders(db: Kysely<Database>, filter: ReminderFilter): Promise<ReminderRow[]> {
  const rows = await reminderRows(db)
    .$if(filter.creditor !== null, (q) => q.where('m.creditor', '=', filter.creditor as string))
    .$if(filter.status !== null, (q) => q.where('m.status', '=', filter.status as ReminderStatus))
    .$if(filter.channel !== null, (q) => q.where('m.channel', '=', filter.channel as Channel))
    .$if(filter.recipientExternalId !== null, (q) => q.where('r.external_id', '=', filter.recipientExternalId as string))
    .$if(filter.accountExternalId !== null, (q) =>
      q.where('m.id', 'in', (eb) =>
        eb.selectFrom('decorum.reminder_account as ra').innerJoin('decorum.account as a', 'a.id', 'ra.account_id')
          .select('ra.reminder_id').where('a.external_id', '=', filter.accountExternalId as string)))
    .$if(filter.before !== null, (q) => q.where('m.id', '<', filter.before as string))
    .orderBy('m.id', 'desc')
    .limit(filter.limit)
    .execute()
  return withAccounts(db, rows)
}

async function withAccounts(db: Kysely<Database>, rows: BareRow[]): Promise<ReminderRow[]> {
  if (rows.length === 0) return []
  const links = await db
    .selectFrom('decorum.reminder_account as ra')
    .innerJoin('decorum.account as a', 'a.id', 'ra.account_id')
    .select(['ra.reminder_id', 'a.external_id'])
    .where('ra.reminder_id', 'in', rows.map((row) => row.id))
    .orderBy('ra.lead', 'desc')
    .orderBy('a.external_id')
    .execute()
  const accounts = new Map<string, string[]>(rows.map((row) => [row.id, []]))
  for (const link of links) accounts.get(link.reminder_id)?.push(link.external_id)
  return rows.map((row) => ({ ...row, account_external_ids: accounts.get(row.id) as string[] }))
}
