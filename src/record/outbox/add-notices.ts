import { sql } from 'kysely'
import type { Instant } from '../../model/instant.ts'
import type { NoticeType } from '../../model/webhook.ts'
import type { Locked } from '../locks.ts'

/** Something to be told, and to whom. */
export interface NewNotice {
  recipientKey: string
  creditor: string
  type: NoticeType
  /** Ids, states and codes; no personal data. */
  data: Record<string, unknown>
  endpoints: readonly string[]
}

/**
 * Puts notices into the outbox; the caller holds the lock of every recipient.
 *
 * Each person's notices share one number of its sequence and are counted in `part`. A number taken
 * under the lock is seen by others in its order, which commits of several processes are not.
 */
export async function addNotices(trx: Locked, notices: readonly NewNotice[], now: Instant): Promise<void> {
  if (notices.length === 0) return
  const people = [...new Set(notices.map((notice) => notice.recipientKey))]
  const { rows: taken } = await sql<{ id: string; seq: number }>`
    UPDATE decorum.recipient SET seq = seq + 1 WHERE id = ANY(${people}::uuid[]) RETURNING id, seq`.execute(trx)
  const sequence = new Map(taken.map((row) => [row.id, row.seq]))
  const parts = new Map<string, number>()
  const rows = notices.flatMap(({ recipientKey, creditor, type, data, endpoints }) => {
    const part = (parts.get(recipientKey) ?? -1) + 1
    parts.set(recipientKey, part)
    const seq = sequence.get(recipientKey)
    return endpoints.map((endpoint) => ({ recipientKey, seq, part, endpoint, creditor, type, body: { ...data, sequence: seq } }))
  })
  await sql`
    INSERT INTO decorum.outbox (recipient_id, seq, part, endpoint, creditor, type, body, at, next_try_at)
    SELECT x."recipientKey", x.seq, x.part, x.endpoint, x.creditor, x.type, x.body, ${new Date(now)}, clock_timestamp()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x ("recipientKey" uuid, seq bigint, part smallint, endpoint text, creditor text, type text, body jsonb)`.execute(trx)
}
