import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** What a try to tell one notice came to. */
export interface ToldNotice {
  recipientKey: string
  seq: number
  part: number
  outcome: 'taken' | 'given_up' | 'again'
  /** With `again`: machine time until the next try, in milliseconds. */
  waitMs: number
}

/**
 * Writes what these tries came to.
 *
 * What waits behind a notice that is tried again waits as long: asking for what is due then
 * finds one row of each person, however many stand behind it.
 */
export async function settleNotices(trx: Transaction<Database>, endpoint: string, told: readonly ToldNotice[], now: Date): Promise<void> {
  const rows = JSON.stringify(told)
  await sql`
    UPDATE decorum.outbox o SET outcome = x.outcome, done_at = ${now}
    FROM jsonb_to_recordset(${rows}::jsonb) AS x ("recipientKey" uuid, seq bigint, part smallint, outcome text)
    WHERE x.outcome <> 'again' AND o.recipient_id = x."recipientKey" AND o.seq = x.seq AND o.part = x.part
      AND o.endpoint = ${endpoint} AND o.done_at IS NULL`.execute(trx)
  if (!told.some((notice) => notice.outcome === 'again')) return
  await sql`
    UPDATE decorum.outbox o SET next_try_at = clock_timestamp() + x."waitMs" * interval '1 millisecond'
    FROM jsonb_to_recordset(${rows}::jsonb) AS x ("recipientKey" uuid, outcome text, "waitMs" int)
    WHERE x.outcome = 'again' AND o.recipient_id = x."recipientKey" AND o.endpoint = ${endpoint} AND o.done_at IS NULL`.execute(trx)
}
