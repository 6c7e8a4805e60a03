import { sql, type Kysely } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { ObjectionCode } from '../../model/decision.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { Tone } from '../../model/tone.ts'
import { daysWithin } from '../../model/zones/local-clock.ts'
import type { Database } from '../schema.ts'

/** From `from` until before `to`; days are local to `zone`. Null creditor: all. */
export interface Span {
  creditor: string | null
  from: Date
  to: Date
  zone: string
}

/** The server's own zone data is not asked: days begin where they begin for everything that is decided. */
function dayOf(column: string, { from, to, zone }: Span) {
  const days = daysWithin(from.getTime(), to.getTime(), zone)
  return sql`(${days.map((day) => day.date)}::text[])[width_bucket(${sql.ref(column)}, ${days.map((day) => new Date(day.start).toISOString())}::timestamptz[])]`
}
const within = (column: string, span: Span) => sql`${sql.ref(column)} >= ${span.from} AND ${sql.ref(column)} < ${span.to}`
const owner = (column: string, span: Span) => (span.creditor === null ? sql`true` : sql`${sql.ref(column)} = ${span.creditor}`)

/** How many attempts did providers accept, by day, channel and tone? */
export const sentTotals = async (db: Kysely<Database>, span: Span) =>
  (await sql<{ day: string; channel: Channel; tone: Tone; count: number }>`
    SELECT ${dayOf('t.reserved_at', span)} AS day, t.channel, m.tone, count(*) AS count
    FROM decorum.attempt t JOIN decorum.reminder m ON m.id = t.reminder_id
    WHERE t.status = 'accepted' AND ${within('t.reserved_at', span)} AND ${owner('t.creditor', span)}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db)).rows

/** How often did which rule object, by day? A deferral that came out again and again counts once. */
export const objectionTotals = async (db: Kysely<Database>, span: Span) =>
  (await sql<{ day: string; verdict: 'defer' | 'refuse'; code: ObjectionCode; rule: string; count: number }>`
    SELECT ${dayOf('d.at', span)} AS day, d.verdict, d.code, d.rule, count(*) AS count
    FROM decorum.decision d JOIN decorum.reminder m ON m.id = d.reminder_id
    WHERE d.verdict <> 'send' AND d.code IS NOT NULL AND d.rule IS NOT NULL AND ${within('d.at', span)} AND ${owner('m.creditor', span)}
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`.execute(db)).rows

/** Which steps were passed over, by day and reason? */
export const skippedTotals = async (db: Kysely<Database>, span: Span) =>
  (await sql<{ day: string; reason: string; count: number }>`
    SELECT ${dayOf('r.at', span)} AS day, coalesce(r.reason, 'unstated') AS reason, count(*) AS count
    FROM decorum.rung_record r JOIN decorum.account a ON a.id = r.account_id
    WHERE r.state = 'skipped' AND ${within('r.at', span)} AND ${owner('a.creditor', span)}
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)).rows

/** How many steps fell to people, by day? */
export const taskTotals = async (db: Kysely<Database>, span: Span) =>
  (await sql<{ day: string; kind: 'step' | 'hand-off'; count: number }>`
    SELECT ${dayOf('k.created_at', span)} AS day, k.kind, count(*) AS count
    FROM decorum.task k WHERE ${within('k.created_at', span)} AND ${owner('k.creditor', span)}
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)).rows

/** Where do the reminders made in this span stand now? */
export const standingTotals = async (db: Kysely<Database>, span: Span) =>
  (await sql<{ status: ReminderStatus; channel: Channel; tone: Tone; count: number }>`
    SELECT m.status, m.channel, m.tone, count(*) AS count
    FROM decorum.reminder m WHERE ${within('m.created_at', span)} AND ${owner('m.creditor', span)}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db)).rows
