import { type Kysely, sql, type Transaction } from 'kysely'
import type { Instant } from '../model/time.ts'
import type { Channel, ReminderStatus, Tone } from '../model/vocabulary.ts'
import type { NoticeType } from '../model/webhook.ts'
import { type Locked, requireHeld, nextInOrder } from './locks.ts'
import type { Database } from './schema.ts'

/** A notice to send, and the endpoint that it is for. */
export interface NewNotice {
  recipientKey: string
  creditor: string
  type: NoticeType
  /** Ids, states and codes; no personal data. */
  data: Record<string, unknown>
  endpoints: readonly string[]
}

/**
 * Adds notices to the outbox; every recipient is locked.
 *
 * All of one call share one number of the ledger's order of events, and each recipient's are numbered in `part`.
 * Numbers taken under the lock become visible in their order, unlike commits of several processes.
 */
export async function addNotices(trx: Locked, notices: readonly NewNotice[], now: Instant): Promise<void> {
  if (notices.length === 0) return
  requireHeld(
    trx,
    notices.map((notice) => notice.recipientKey),
  )
  const parts = new Map<string, number>()
  const rows = notices.flatMap(({ endpoints, ...notice }) => {
    const part = (parts.get(notice.recipientKey) ?? -1) + 1
    parts.set(notice.recipientKey, part)
    return endpoints.map((endpoint) => ({ ...notice, part, endpoint }))
  })
  await sql`
    WITH taken AS MATERIALIZED (SELECT ${nextInOrder} AS seq)
    INSERT INTO decorum.outbox (recipient_id, seq, part, endpoint, creditor, type, body, at, next_try_at)
    SELECT x."recipientKey", taken.seq, x.part, x.endpoint, x.creditor, x.type, x.data || jsonb_build_object('sequence', taken.seq),
      ${new Date(now)}, clock_timestamp()
    FROM taken, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x ("recipientKey" uuid, part smallint, endpoint text, creditor text, type text, data jsonb)`.execute(trx)
}

/** A claimed notice: one endpoint's next about one recipient. */
export interface ClaimedNotice {
  recipientKey: string
  seq: number
  part: number
  type: NoticeType
  at: Date
  data: Record<string, unknown>
  /** Attempts begun, this one included. */
  tries: number
  /** Machine time since it was written, in milliseconds. */
  ageMs: number
}

/**
 * Claims the notices due for this endpoint, at most one for each recipient: its earliest.
 *
 * A claim is a lease of `leaseMs` of machine time, after which another notifier may claim it, should this
 * one have died. The update repeats the condition, because two concurrent claims may both have
 * read the row before either wrote it.
 */
export async function claimNotices(
  db: Kysely<Database>,
  claim: { endpoint: string; limit: number; leaseMs: number },
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

/** Which settled notices are old: those settled before these instants. */
export interface OldNotices {
  taken: Date
  givenUp: Date
}

/** How many notices, by how they were settled. */
export interface NoticeCount {
  taken: number
  givenUp: number
}

export async function countOldNotices(db: Kysely<Database>, { taken, givenUp }: OldNotices): Promise<NoticeCount> {
  const { rows } = await sql<NoticeCount>`
    SELECT (SELECT count(*) FROM decorum.outbox WHERE outcome = 'taken' AND done_at < ${taken})::float8 AS taken,
      (SELECT count(*) FROM decorum.outbox WHERE outcome = 'given_up' AND done_at < ${givenUp})::float8 AS "givenUp"`.execute(
    db,
  )
  return rows[0] ?? { taken: 0, givenUp: 0 }
}

/**
 * Deletes the oldest of them, at most `limit` of each kind; returns how many.
 *
 * By ctid, because the index that finds them does not hold the key. Rows that another sweeper is
 * deleting are skipped.
 */
export async function deleteOldNotices(
  db: Kysely<Database>,
  { taken, givenUp }: OldNotices,
  limit: number,
): Promise<NoticeCount> {
  const oldest = (outcome: 'taken' | 'given_up', before: Date) => sql`
    ARRAY(SELECT ctid FROM decorum.outbox WHERE outcome = ${sql.lit(outcome)} AND done_at < ${before} ORDER BY done_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`
  const { rows } = await sql<NoticeCount>`
    WITH gone AS (
      DELETE FROM decorum.outbox WHERE ctid = ANY(${oldest('taken', taken)} || ${oldest('given_up', givenUp)}) RETURNING outcome
    )
    SELECT (count(*) FILTER (WHERE outcome = 'taken'))::int AS taken, (count(*) FILTER (WHERE outcome = 'given_up'))::int AS "givenUp" FROM gone`.execute(
    db,
  )
  return rows[0] ?? { taken: 0, givenUp: 0 }
}

/** A reminder as a notice describes it, in upstream's own ids. */
export interface NoticeSubject {
  reminderId: string
  creditor: string
  /** Ours, for the lock and the order of notices. */
  recipientKey: string
  recipientId: string
  /** The lead account first. */
  accountIds: string[]
  live: boolean
  status: ReminderStatus
  channel: Channel
  tone: Tone
  rung: string | null
  endReason: string | null
}

/**
 * What do notices say about these reminders now? Call it after their new state is written.
 *
 * @param creditors  those that have an endpoint; null: all
 */
export async function noticeSubjects(
  trx: Transaction<Database>,
  reminderIds: readonly string[],
  creditors: readonly string[] | null,
): Promise<Map<string, NoticeSubject>> {
  const { rows } = await sql<NoticeSubject>`
    SELECT r.id AS "reminderId", r.creditor, r.recipient_id AS "recipientKey", p.external_id AS "recipientId", r.live, r.status, r.channel, r.tone,
      r.rung, r.end_reason AS "endReason",
      ARRAY(SELECT a.external_id FROM decorum.reminder_account ra JOIN decorum.account a ON a.id = ra.account_id
        WHERE ra.reminder_id = r.id ORDER BY ra.lead DESC, a.external_id) AS "accountIds"
    FROM decorum.reminder r JOIN decorum.recipient p ON p.id = r.recipient_id
    WHERE r.id = ANY(${reminderIds}::uuid[]) AND (${creditors}::text[] IS NULL OR r.creditor = ANY(${creditors}::text[]))`.execute(
    trx,
  )
  return new Map(rows.map((row) => [row.reminderId, row]))
}

/** Which recipients need a lock for notices about these reminders? Only of creditors that have an endpoint. */
export async function recipientsToNotify(
  trx: Transaction<Database>,
  reminderIds: readonly string[],
  creditors: readonly string[] | null,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT recipient_id AS id FROM decorum.reminder
    WHERE id = ANY(${reminderIds}::uuid[]) AND (${creditors}::text[] IS NULL OR creditor = ANY(${creditors}::text[]))`.execute(
    trx,
  )
  return rows.map((row) => row.id)
}

/** The result of sending one notice. */
export interface NoticeResult {
  recipientKey: string
  seq: number
  part: number
  outcome: 'taken' | 'given_up' | 'again'
  /** With `again`: machine time until the next try, in milliseconds. */
  waitMs: number
}

/**
 * Writes the results of sending these notices.
 *
 * Notices behind one that is retried are postponed with it, so that the query for due ones finds one row of
 * each recipient, however many are behind it.
 */
export async function settleNotices(
  trx: Transaction<Database>,
  endpoint: string,
  told: readonly NoticeResult[],
  now: Date,
): Promise<void> {
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
    WHERE x.outcome = 'again' AND o.recipient_id = x."recipientKey" AND o.endpoint = ${endpoint} AND o.done_at IS NULL`.execute(
    trx,
  )
}

/** A recipient with upstream's own ids. */
interface UpstreamRecipient {
  /** Ours, for the lock and the order of notices. */
  recipientKey: string
  creditor: string
  recipientId: string
}

/**
 * What are upstream's own ids of these recipients?
 *
 * @param creditors  those that have an endpoint; null: all
 */
export async function upstreamRecipients(
  trx: Transaction<Database>,
  recipientKeys: readonly string[],
  creditors: readonly string[] | null,
): Promise<UpstreamRecipient[]> {
  const { rows } = await sql<UpstreamRecipient>`
    SELECT id AS "recipientKey", creditor, external_id AS "recipientId" FROM decorum.recipient
    WHERE id = ANY(${recipientKeys}::uuid[]) AND (${creditors}::text[] IS NULL OR creditor = ANY(${creditors}::text[]))
    ORDER BY id`.execute(trx)
  return rows
}
