import { sql, type Transaction } from 'kysely'
import type { Channel, Kind, Mode, Tone } from '../model/vocabulary.ts'
import type { Ledger } from './ledger.ts'
import type { Database } from './schema.ts'

/** Waiting reminders of one route that are counted at most; a forecast covers only these. */
const MAX_FOLLOWED = 2_000_000

/** A waiting reminder of the sample, which represents those up to the next one. */
export interface WaitingSample {
  id: string
  creditor: string
  recipientId: string
  status: 'queued' | 'scheduled'
  kind: Kind
  mode: Mode
  tone: Tone
  channel: Channel
  template: string
  ladder: string | null
  rung: string | null
  route: string
  live: boolean
  /** Machine time. */
  queuedAt: Date | null
  dueAt: Date
  nextAt: Date
  expiresAt: Date
  /** How many it represents, itself included. */
  standsFor: number
}

const TICKETED = sql`SELECT unnest(reminder_ids) FROM decorum.ticket`

/** How many wait on a route until `until`, and how many of them are due by `now`? Queued ones are due. */
export async function countWaiting(
  trx: Transaction<Database>,
  route: string,
  now: Date,
  until: Date,
): Promise<{ queued: number; scheduled: number; due: number }> {
  const { rows } = await sql<{ queued: number; scheduled: number; due: number }>`
    SELECT (SELECT count(*)::int FROM decorum.waiting WHERE route = ${route} AND reminder_id IN (${TICKETED})) AS queued,
      count(*)::int AS scheduled, (count(*) FILTER (WHERE next_at <= ${now}))::int AS due
    FROM (
      SELECT next_at FROM decorum.waiting WHERE route = ${route} AND next_at < ${until} AND reminder_id NOT IN (${TICKETED})
      ORDER BY next_at, reminder_id LIMIT ${MAX_FOLLOWED}
    ) waiting`.execute(trx)
  return rows[0] as { queued: number; scheduled: number; due: number }
}

/**
 * Every n-th of those that wait on a route, in the order in which they are queued.
 *
 * Scans the index of waiting reminders once; only the sample is read from the table.
 *
 * @param waiting  how many there are, from `countWaiting`
 * @param size     how many are wanted at most
 */
export async function sampleWaiting(
  trx: Transaction<Database>,
  asked: { route: string; status: 'queued' | 'scheduled'; until: Date; waiting: number; size: number },
): Promise<WaitingSample[]> {
  const every = Math.max(1, Math.ceil(asked.waiting / asked.size))
  const which =
    asked.status === 'queued'
      ? sql`reminder_id IN (${TICKETED})`
      : sql`next_at < ${asked.until} AND reminder_id NOT IN (${TICKETED})`
  const { rows } = await sql<WaitingSample>`
    SELECT m.id, m.creditor, m.recipient_id AS "recipientId", ${asked.status}::text AS status, m.kind, m.mode, m.tone, m.channel, m.template, m.ladder, m.rung,
      m.route, m.live, t.queued_at AS "queuedAt", m.due_at AS "dueAt", chosen.next_at AS "nextAt", m.expires_at AS "expiresAt",
      least(${every}, ${asked.waiting} - chosen.position)::int AS "standsFor"
    FROM (
      SELECT reminder_id AS id, next_at, row_number() OVER (ORDER BY next_at, reminder_id) - 1 AS position FROM decorum.waiting
      WHERE route = ${asked.route} AND ${which} LIMIT ${asked.waiting}
    ) chosen JOIN decorum.reminder m ON m.id = chosen.id
    LEFT JOIN decorum.ticket t ON ${asked.status === 'queued'} AND t.route = m.route AND m.id = ANY(t.reminder_ids)
    WHERE chosen.position % ${every} = 0 ORDER BY chosen.position`.execute(trx)
  return rows
}

/** How many of the latest attempts are read, of all routes together. */
const ATTEMPTS_SAMPLED = 10_000

/** What the latest attempts of one template on one route cost. */
export interface RecentAttempts {
  route: string
  template: string
  attempts: number
  /** Mean, in units of the route's rate. */
  weight: number
  /** Phone: mean time from the reservation to the end of the call, in seconds; null when no call has ended. */
  lineSeconds: number | null
}

/** How heavy were recent messages, and how long were calls? The newest reminders by id, which is in order of creation. */
export async function recentAttempts(trx: Transaction<Database>): Promise<RecentAttempts[]> {
  const { rows } = await sql<RecentAttempts>`
    SELECT route, template, count(*)::int AS attempts, avg(weight)::float8 AS weight,
      (avg(extract(epoch FROM delivery_at - reserved_at)) FILTER (WHERE channel = 'phone' AND delivery_final AND delivery_at > reserved_at))::float8 AS "lineSeconds"
    FROM (
      SELECT route, template, weight, channel, delivery_final, delivery_at, reserved_at FROM decorum.attempt
      WHERE status IN ('accepted', 'in_doubt', 'sending') ORDER BY reminder_id DESC, no DESC LIMIT ${ATTEMPTS_SAMPLED}
    ) latest GROUP BY route, template`.execute(trx)
  return rows
}

/** Runs a read in one read-only snapshot, with a time limit for each statement. */
export const readOnly = <T>(
  ledger: Pick<Ledger, 'db'>,
  statementTimeoutMs: number,
  read: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> =>
  ledger.db.transaction().execute(async (trx) => {
    await sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`.execute(trx)
    await sql`SET LOCAL statement_timeout = ${sql.lit(statementTimeoutMs)}`.execute(trx)
    return read(trx)
  })
