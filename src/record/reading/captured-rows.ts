import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

export interface CapturedFilter {
  creditor: string | null
  reminderId: string | null
  before: string | null
  limit: number
}

/** What the capture provider kept, the newest first; `content` still sealed. */
export const listCaptured = (db: Kysely<Database>, filter: CapturedFilter) =>
  db
    .selectFrom('decorum.captured_message as m')
    .innerJoin('decorum.recipient as r', 'r.id', 'm.recipient_id')
    .select([
      'm.id', 'm.reminder_id', 'm.attempt_no', 'm.recipient_id', 'm.channel', 'm.route', 'm.at', 'm.content',
      'r.external_id as recipient_external_id', 'r.data_key', 'r.data_key_id', 'r.erased_at',
    ])
    .$if(filter.creditor !== null, (q) => q.where('r.creditor', '=', filter.creditor as string))
    .$if(filter.reminderId !== null, (q) => q.where('m.reminder_id', '=', filter.reminderId as string))
    .$if(filter.before !== null, (q) => q.where('m.id', '<', filter.before as string))
    .orderBy('m.id', 'desc')
    .limit(filter.limit)
    .execute()
export type CapturedRow = Awaited<ReturnType<typeof listCaptured>>[number]
