import { sql, type Kysely } from 'kysely'
import type { NoticeType } from '../../model/webhook.ts'
import type { Database } from '../schema.ts'

/** A notice in hand: one endpoint's next about one person. */
export interface ClaimedNotice {
  recipientKey: string
  seq: number
  part: number
  type: NoticeType
  at: Date
  data: Record<string, unknown>
  /** Tries begun, this one included. */
  tries: number
  /** Machine time since it was written, in milliseconds. */
  ageMs: number
}

/**
 * Takes what this endpoint is to be told now, at most one notice about each person: its earliest.
 *
 * Taken means: not before `leaseMs` of machine time will anybody else take it, so a notifier that
 * dies leaves it to the others. The update repeats the question, because of two that ask at
 * once both may have seen the row before either wrote it.
 */
export async function claimNotices(
  db: Kysely<Database>, claim: { endpoint: string; limit: number; leaseMs: number },
): Promise<ClaimedNotice[]> {
  const { rows } = await sql<ClaimedNotice>`
    WITH due AS (
      SELECT o.recipient_id, o.seq, o.part FROM decorum.outbox o
      WHERE o.endpoint = ${claim.endpoint} AND o.done_at IS NULL AND o.next_try_at <= clock_timestamp()
        AND NOT EXISTS (
          SELECT 1 FROM decorum.outbox earlier
          WHERE earlier.endpoint = o.endpoint AND earlier.recipient_id = o.recipient_id AND earlier.done_at IS NULL
            AND (earlier.seq, earlier.part) < (o.seq, o.part))
      ORDER BY o.next_try_at LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE decorum.outbox o SET tries = o.tries + 1, next_try_at = clock_timestamp() + ${claim.leaseMs} * interval '1 millisecond'
    FROM due
    WHERE o.recipient_id = due.recipient_id AND o.seq = due.seq AND o.part = due.part AND o.endpoint = ${claim.endpoint}
      AND o.done_at IS NULL AND o.next_try_at <= clock_timestamp()
    RETURNING o.recipient_id AS "recipientKey", o.seq, o.part, o.type, o.at, o.body AS data, o.tries,
      floor(extract(epoch FROM clock_timestamp() - o.written_at) * 1000)::bigint AS "ageMs"`.execute(db)
  return rows
}
