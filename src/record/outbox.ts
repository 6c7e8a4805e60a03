import { type Kysely, sql, type Transaction } from 'kysely'
import type { Instant } from '../model/time.ts'
import type { Channel, ReminderStatus, Tone } from '../model/vocabulary.ts'
import type { NoticeType } from '../model/webhook.ts'
import type { Locked } from './locks.ts'
import type { Database } from './schema.ts'

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
  const recipients = [...new Set(notices.map((notice) => notice.recipientKey))]
  const { rows: taken } = await sql<{ id: string; seq: number }>`
    UPDATE decorum.recipient SET seq = seq + 1 WHERE id = ANY(${recipients}::uuid[]) RETURNING id, seq`.execute(trx)
  const sequence = new Map(taken.map((row) => [row.id, row.seq]))
  const parts = new Map<string, number>()
  const rows = notices.flatMap(({ recipientKey, creditor, type, data, endpoints }) => {
    const part = (parts.get(recipientKey) ?? -1) + 1
    parts.set(recipientKey, part)
    const seq = sequence.get(recipientKey)
    return endpoints.map((endpoint) => ({
      recipientKey,
      seq,
      part,
      endpoint,
      creditor,
      type,
      body: { ...data, sequence: seq },
    }))
  })
  await sql`
    INSERT INTO decorum.outbox (recipient_id, seq, part, endpoint, creditor, type, body, at, next_try_at)
    SELECT x."recipientKey", x.seq, x.part, x.endpoint, x.creditor, x.type, x.body, ${new Date(now)}, clock_timestamp()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x ("recipientKey" uuid, seq bigint, part smallint, endpoint text, creditor text, type text, body jsonb)`.execute(
    trx,
  )
}

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

/** Settled notices that nobody asks about any more: those settled before these instants. */
export interface OldNotices {
  taken: Date
  givenUp: Date
}

/** How many there are of each. */
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
 * Removes the oldest of them, at most `limit` of each kind; answers how many went.
 *
 * By their place in the table, because the index that finds them does not hold the key. What
 * another sweeper removes at the same time is passed over.
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

/** A reminder as a notice speaks of it, in upstream's own ids. */
export interface NoticeSubject {
  reminderId: string
  creditor: string
  /** Ours, for the lock and the sequence. */
  recipientKey: string
  recipientId: string
  /** The one the reminder leads with first. */
  accountIds: string[]
  live: boolean
  status: ReminderStatus
  channel: Channel
  tone: Tone
  rung: string | null
  endReason: string | null
}

/**
 * What is there to say about these reminders now? Ask after their new state is written.
 *
 * @param creditors  those that somebody listens to; null: all
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

/** Whose reminders are these, of the creditors that somebody listens to? The locks that their notices need. */
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

/** What a try to tell one notice came to. */
export interface NoticeResult {
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

/** A person as upstream knows it. */
interface UpstreamRecipient {
  /** Ours, for the lock and the sequence. */
  recipientKey: string
  creditor: string
  recipientId: string
}

/**
 * What does upstream call these people?
 *
 * @param creditors  those that somebody listens to; null: all
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
