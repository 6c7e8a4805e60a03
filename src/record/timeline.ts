import { type Kysely, sql } from 'kysely'
import type { ObjectionCode } from '../model/decision.ts'
import type { Channel, ReminderStatus, Tone } from '../model/vocabulary.ts'
import { daysWithin } from '../model/zones/zone-data.ts'
import { currentStatus } from './reminders.ts'
import { reaches, type Reach } from './reach.ts'
import type { Database } from './schema.ts'

/** One entry of an account's history. `details` holds the unsealed columns of its type. */
export interface TimelineRow {
  at: Date
  seq: number | null
  type: string
  id: string
  details: Record<string, unknown>
}

interface TimelinePage {
  accountId: string
  recipientId: string
  creditor: string
  after: { at: Date; seq: number; type: string; id: string } | null
  limit: number
}

/**
 * What happened to this account and, where it concerns every account, to its borrower? Oldest first.
 *
 * At one instant the order of events (`seq`) decides; entries without (a spell, a skipped step) come first.
 */
export async function accountTimeline(db: Kysely<Database>, page: TimelinePage): Promise<TimelineRow[]> {
  const { accountId: account, recipientId: recipient, creditor, after } = page
  const mine = sql`(SELECT ra.reminder_id FROM decorum.reminder_account ra WHERE ra.account_id = ${account})`
  const stops = sql`s.creditor = ${creditor} AND (s.recipient_id = ${recipient}
    OR s.address_hash IN (SELECT hash FROM decorum.recipient_address WHERE recipient_id = ${recipient}))`
  const { rows } = await sql<TimelineRow>`
    SELECT at, seq, type, id, details FROM (
      SELECT entered_at AS at, NULL::bigint AS seq, 'spell' AS type, id::text AS id,
        jsonb_build_object('no', no, 'pass', pass, 'ladder', ladder, 'startedOn', started_on, 'daysPastDue', entered_days_past_due) AS details
        FROM decorum.spell WHERE account_id = ${account}
      UNION ALL SELECT received_at, seq, 'event', id::text,
        jsonb_build_object('type', type, 'kind', kind, 'occurredAt', occurred_at, 'effectiveAt', effective_at, 'effect', effect, 'upstreamId', external_id)
        FROM decorum.event WHERE recipient_id = ${recipient} AND (account_id = ${account} OR account_id IS NULL)
      UNION ALL SELECT created_at, seq, 'hold', id::text,
        jsonb_build_object('kind', kind, 'startsAt', starts_at, 'endsAt', ends_at, 'scope', CASE WHEN account_id IS NULL THEN 'recipient' ELSE 'account' END, 'channel', channel, 'by', created_by)
        FROM decorum.hold WHERE recipient_id = ${recipient} AND (account_id = ${account} OR account_id IS NULL)
      UNION ALL SELECT ended_at, NULL, 'hold-ended', id::text, jsonb_build_object('kind', kind, 'by', ended_by, 'reason', end_reason)
        FROM decorum.hold WHERE recipient_id = ${recipient} AND (account_id = ${account} OR account_id IS NULL) AND ended_at IS NOT NULL
      UNION ALL SELECT s.received_at, s.seq, 'suppression', s.id::text,
        jsonb_build_object('scope', s.scope, 'channel', s.channel, 'reason', s.reason, 'source', s.source, 'startsAt', s.starts_at, 'endsAt', s.ends_at)
        FROM decorum.suppression s WHERE ${stops}
      UNION ALL SELECT s.lifted_at, NULL, 'suppression-lifted', s.id::text, jsonb_build_object('scope', s.scope, 'reason', s.reason, 'by', s.lifted_by, 'why', s.lift_reason)
        FROM decorum.suppression s WHERE ${stops} AND s.lifted_at IS NOT NULL
      UNION ALL SELECT created_at, NULL, 'reminder', id::text,
        jsonb_build_object('channel', channel, 'tone', tone, 'kind', kind, 'origin', origin, 'rung', rung, 'dueAt', due_at, 'status', ${currentStatus('reminder')}, 'endReason', end_reason,
          'leadAccount', (SELECT a.external_id FROM decorum.reminder_account ra JOIN decorum.account a ON a.id = ra.account_id WHERE ra.reminder_id = reminder.id AND ra.lead AND ra.account_id <> ${account}))
        FROM decorum.reminder WHERE id IN ${mine}
      UNION ALL SELECT at, seq, 'decision', reminder_id::text,
        jsonb_build_object('no', no, 'verdict', verdict, 'until', until, 'code', code, 'rule', rule, 'repeats', repeats, 'lastAt', last_at,
          'citation', reasons -> 0 ->> 'citation', 'reminderId', reasons -> 0 ->> 'reminderId', 'zones', candidate_zones,
          'accounts', CASE WHEN code IN ('stale_balance', 'account_closed') AND jsonb_typeof(facts -> 'accounts') = 'array' THEN (
            SELECT jsonb_agg(jsonb_build_object('state', f -> 'state', 'asOf', f -> 'asOf', 'freshForMs', f -> 'freshForMs')) FROM jsonb_array_elements(facts -> 'accounts') AS f) END)
        FROM decorum.decision WHERE reminder_id IN ${mine}
      UNION ALL SELECT t.reserved_at, t.seq, 'attempt', t.reminder_id::text,
        jsonb_build_object('no', t.no, 'channel', t.channel, 'route', t.route, 'status', t.status, 'code', t.code, 'rejection', t.rejection, 'delivery', t.delivery, 'tone', m.tone)
        FROM decorum.attempt t JOIN decorum.reminder m ON m.id = t.reminder_id WHERE t.reminder_id IN ${mine}
      UNION ALL SELECT received_at, seq, 'receipt', reminder_id::text,
        jsonb_build_object('no', attempt_no, 'state', state, 'final', final, 'code', code, 'changed', changed, 'saidAt', said_at, 'dedupe', dedupe)
        FROM decorum.receipt WHERE reminder_id IN ${mine}
      UNION ALL SELECT at, seq, 'contact', id::text,
        jsonb_build_object('channel', channel, 'direction', direction, 'mode', mode, 'outcome', outcome, 'by', made_by, 'party', party, 'excess', excess)
        FROM decorum.contact WHERE recipient_id = ${recipient} AND reminder_id IS NULL AND (account_ids = '{}' OR ${account}::uuid = ANY (account_ids))
      UNION ALL SELECT created_at, seq, 'task', id::text, jsonb_build_object('kind', kind, 'rung', rung, 'tone', tone, 'dueAt', due_at, 'expiresAt', expires_at)
        FROM decorum.task WHERE recipient_id = ${recipient} AND ${account}::uuid = ANY (account_ids)
      UNION ALL SELECT completed_at, NULL, 'task-done', id::text, jsonb_build_object('kind', kind, 'rung', rung, 'outcome', outcome, 'by', completed_by)
        FROM decorum.task WHERE recipient_id = ${recipient} AND ${account}::uuid = ANY (account_ids) AND completed_at IS NOT NULL
      UNION ALL SELECT withdrawn_at, NULL, 'task-withdrawn', id::text, jsonb_build_object('kind', kind, 'rung', rung, 'reason', end_reason)
        FROM decorum.task WHERE recipient_id = ${recipient} AND ${account}::uuid = ANY (account_ids) AND withdrawn_at IS NOT NULL
      UNION ALL SELECT r.at, NULL, 'step-skipped', r.spell_id::text, jsonb_build_object('rung', r.rung, 'pass', r.pass, 'reason', r.reason, 'detail', r.detail)
        FROM decorum.rung_record r WHERE r.account_id = ${account} AND r.state = 'skipped'
    ) AS history
    ${after === null ? sql`` : sql`WHERE (at, coalesce(seq, 0), type, id) > (${after.at}, ${after.seq}, ${after.type}, ${after.id})`}
    ORDER BY at, coalesce(seq, 0), type, id
    LIMIT ${page.limit}`.execute(db)
  return rows
}

/** From `from` until before `to`; days are local to `zone`. */
interface TotalsPeriod extends Reach {
  from: Date
  to: Date
  zone: string
}

/** The server's zone data is not used, so that days begin as they do for decisions. */
function dayOf(column: string, { from, to, zone }: TotalsPeriod) {
  const days = daysWithin(from.getTime(), to.getTime(), zone)
  return sql`(${days.map((day) => day.date)}::text[])[width_bucket(${sql.ref(column)}, ${days.map((day) => new Date(day.start).toISOString())}::timestamptz[])]`
}
const within = (column: string, span: TotalsPeriod) =>
  sql`${sql.ref(column)} >= ${span.from} AND ${sql.ref(column)} < ${span.to}`
/** @param live  the alias whose row tells live from test */
const owner = (column: string, span: TotalsPeriod, live: string) => reaches(span, column, [`${live}.live`])

/** How many attempts did providers accept, by day, channel and tone? */
export const sentTotals = async (db: Kysely<Database>, span: TotalsPeriod) =>
  (
    await sql<{ day: string; channel: Channel; tone: Tone; count: number }>`
    SELECT ${dayOf('t.reserved_at', span)} AS day, t.channel, m.tone, count(*) AS count
    FROM decorum.attempt t JOIN decorum.reminder m ON m.id = t.reminder_id
    WHERE t.status = 'accepted' AND ${within('t.reserved_at', span)} AND ${owner('t.creditor', span, 'm')}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db)
  ).rows

/** How often did which rule object, by day? A repeated deferral counts once. */
export const objectionTotals = async (db: Kysely<Database>, span: TotalsPeriod) =>
  (
    await sql<{ day: string; verdict: 'defer' | 'refuse'; code: ObjectionCode; rule: string; count: number }>`
    SELECT ${dayOf('d.at', span)} AS day, d.verdict, d.code, d.rule, count(*) AS count
    FROM decorum.withheld_decision d JOIN decorum.reminder m ON m.id = d.reminder_id
    WHERE d.code IS NOT NULL AND d.rule IS NOT NULL AND ${within('d.at', span)} AND ${owner('m.creditor', span, 'm')}
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`.execute(db)
  ).rows

/** Which steps were skipped, by day and reason? */
export const skippedTotals = async (db: Kysely<Database>, span: TotalsPeriod) =>
  (
    await sql<{ day: string; reason: string; count: number }>`
    SELECT ${dayOf('r.at', span)} AS day, coalesce(r.reason, 'unstated') AS reason, count(*) AS count
    FROM decorum.rung_record r JOIN decorum.account a ON a.id = r.account_id
    WHERE r.state = 'skipped' AND ${within('r.at', span)} AND ${owner('a.creditor', span, 'a')}
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)
  ).rows

/** How many tasks were created, by day and kind? */
export const taskTotals = async (db: Kysely<Database>, span: TotalsPeriod) =>
  (
    await sql<{ day: string; kind: 'step' | 'hand-off' | 'reply'; count: number }>`
    SELECT ${dayOf('k.created_at', span)} AS day, k.kind, count(*) AS count
    FROM decorum.task k JOIN decorum.recipient r ON r.id = k.recipient_id
    WHERE ${within('k.created_at', span)} AND ${owner('k.creditor', span, 'r')}
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)
  ).rows

/** Which status do the reminders created in this period have now? */
export const standingTotals = async (db: Kysely<Database>, span: TotalsPeriod) =>
  (
    await sql<{ status: ReminderStatus; channel: Channel; tone: Tone; count: number }>`
    SELECT ${currentStatus('m')} AS status, m.channel, m.tone, count(*) AS count
    FROM decorum.reminder m WHERE ${within('m.created_at', span)} AND ${owner('m.creditor', span, 'm')}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db)
  ).rows

/** Current counts, each from a partial index of its own. */
interface StandingCounts {
  /** Queued reminders by route, a few seconds of rate at most. */
  queued: { route: string; count: number }[]
  /** How long the most overdue reminder of each route has been waiting, in seconds. */
  lag: { route: string; seconds: number }[]
  sending: number
  inDoubt: number
}

/** How much is waiting now? Counts only what partial indexes keep small, never what grows with the portfolio. */
export async function standingCounts(
  db: Kysely<Database>,
  routes: readonly string[],
  now: Date,
): Promise<StandingCounts> {
  const queued = await sql<{ route: string; count: number }>`
    SELECT route, sum(cardinality(reminder_ids))::int AS count FROM decorum.ticket WHERE cardinality(reminder_ids) > 0 GROUP BY route`.execute(
    db,
  )
  const lag = await sql<{ route: string; next_at: Date | null }>`
    SELECT r.route, w.next_at FROM unnest(${[...routes]}::text[]) AS r (route)
    LEFT JOIN LATERAL (
      SELECT w.next_at FROM decorum.waiting w
      WHERE w.route = r.route AND w.reminder_id NOT IN (SELECT unnest(reminder_ids) FROM decorum.ticket)
      ORDER BY w.next_at, w.reminder_id LIMIT 1
    ) AS w ON true`.execute(db)
  const open = await sql<{ sending: number; in_doubt: number }>`
    SELECT (
        SELECT count(*) FROM decorum.dispatch_batch b CROSS JOIN LATERAL unnest(b.reminder_ids, b.attempt_nos) AS k (reminder_id, no)
        WHERE NOT EXISTS (
          SELECT 1 FROM decorum.settlement s WHERE s.reminder_id = k.reminder_id AND s.no = k.no AND s.reserved_at = b.reserved_at)
      ) AS sending,
      (SELECT count(*) FROM decorum.settlement WHERE status = 'in_doubt') AS in_doubt`.execute(db)
  return {
    queued: queued.rows,
    lag: lag.rows.map(({ route, next_at: next }) => ({
      route,
      seconds: next === null ? 0 : Math.max(0, (now.getTime() - next.getTime()) / 1000),
    })),
    sending: open.rows[0]?.sending ?? 0,
    inDoubt: open.rows[0]?.in_doubt ?? 0,
  }
}
