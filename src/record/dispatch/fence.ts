import { type Kysely, sql } from 'kysely'
import type { Instant } from '../../model/time.ts'
import type { Channel, Kind, Mode, Tone } from '../../model/vocabulary.ts'
import { requireHeld, takeLocks } from '../locks.ts'
import { type PipelinedTransaction, statement } from '../pg/pipeline.ts'
import type { Database, StoredObjection } from '../schema.ts'

/** A reminder that waits to be sent, as read by the transaction that holds its ticket. */
export interface FencedReminder {
  id: string
  creditor: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  channel: Channel
  fallbackChannels: Channel[]
  template: string
  ladder: string | null
  rung: string | null
  route: string
  /** Machine time. */
  queuedAt: Date | null
  dueAt: Date
  expiresAt: Date
  /** Attempts begun so far. */
  tries: number
  attempts: number
  decisions: number
  decidedAs: string | null
  variables: Buffer | null
}

/** What a ticket stands for while a transaction holds it. */
export interface HeldTicket {
  /** All of them, whether or not they still wait. */
  reminderIds: string[]
  /** Machine time. */
  queuedAt: Date
}

const TAKE_TICKET = statement(
  'take-ticket',
  `
  SELECT reminder_ids AS "reminderIds", queued_at AS "queuedAt" FROM decorum.ticket WHERE ring = $1::uuid FOR UPDATE`,
)

/**
 * Is this ring still open, and for which reminders? Locks it; null: what it was rung for has been done.
 *
 * This makes duplicate tickets harmless: of two workers with one ticket, one gets the row; the other waits for it and finds
 * what the first has left. A reminder is in one ticket at most, so that nobody else decides it meanwhile.
 */
export const takeTicket = async ({ send }: PipelinedTransaction, ring: string): Promise<HeldTicket | null> =>
  (await send<HeldTicket>(TAKE_TICKET, [ring]))[0] ?? null

const WAITING = statement(
  'read-waiting',
  `
  SELECT m.id, m.creditor, m.recipient_id AS "recipientId", m.live, m.origin, m.kind, m.mode, m.tone, m.channel,
    m.fallback_channels AS "fallbackChannels", m.template, m.ladder, m.rung, m.route, NULL::timestamptz AS "queuedAt", m.due_at AS "dueAt",
    m.expires_at AS "expiresAt", w.tries, m.attempts, w.decisions, w.decided_as AS "decidedAs", m.variables
  FROM decorum.waiting w JOIN decorum.reminder m ON m.id = w.reminder_id WHERE w.reminder_id = ANY($1::uuid[])`,
)

/** Which of these reminders wait to be sent? Read it after their locks, which whoever cancels one takes too. */
export const readWaiting = (
  { send }: PipelinedTransaction,
  reminderIds: readonly string[],
): Promise<FencedReminder[]> => send(WAITING, [reminderIds])

const LEAVE_IN_TICKET = statement(
  'leave-in-ticket',
  'UPDATE decorum.ticket SET reminder_ids = $2::uuid[] WHERE ring = $1::uuid',
)
const REMOVE_TICKET = statement('remove-ticket', 'DELETE FROM decorum.ticket WHERE ring = $1::uuid')

/** Leaves only these reminders in a ticket that the transaction holds; with none it is done. */
export async function leaveInTicket(
  { send }: PipelinedTransaction,
  ring: string,
  reminderIds: readonly string[],
): Promise<void> {
  await (reminderIds.length === 0 ? send(REMOVE_TICKET, [ring]) : send(LEAVE_IN_TICKET, [ring, reminderIds]))
}

/**
 * Quarantines a reminder that cannot be reserved because of its own data.
 *
 * It waits until `nextAt` with a decision that records why, instead of failing with every ring; past its
 * deadline it ends. Guarded by the ring: another worker that has taken it meanwhile keeps it.
 */
export async function quarantine(
  db: Kysely<Database>,
  aside: { reminderId: string; ring: string; now: Instant; nextAt: Instant; objection: StoredObjection },
): Promise<boolean> {
  const now = new Date(aside.now)
  return db.transaction().execute(async (trx) => {
    const { rows: owners } = await sql<{ recipient_id: string; expires_at: Date }>`
      WITH freed AS (
        UPDATE decorum.ticket SET reminder_ids = array_remove(reminder_ids, ${aside.reminderId}::uuid)
        WHERE ring = ${aside.ring}::uuid AND ${aside.reminderId}::uuid = ANY(reminder_ids) RETURNING 1
      )
      SELECT m.recipient_id, m.expires_at FROM freed CROSS JOIN decorum.reminder m WHERE m.id = ${aside.reminderId}::uuid`.execute(
      trx,
    )
    const [owner] = owners
    if (owner === undefined) return false
    const locked = await takeLocks(trx, { recipients: [owner.recipient_id] }, 'wait')
    const ends = owner.expires_at.getTime() <= aside.now
    const { rows } = await sql<{ no: number }>`
      UPDATE decorum.waiting SET decisions = decisions + 1, decided_as = 'refuse|decorum/unwritable',
        next_at = least(${owner.expires_at}::timestamptz, ${new Date(aside.nextAt)}::timestamptz)
      WHERE reminder_id = ${aside.reminderId}::uuid RETURNING decisions AS no`.execute(trx)
    const [row] = rows
    if (row === undefined) return false
    if (ends) {
      await sql`DELETE FROM decorum.waiting WHERE reminder_id = ${aside.reminderId}::uuid`.execute(trx)
      await sql`
        UPDATE decorum.reminder SET status = 'expired', end_reason = 'internal_error', updated_at = ${now} WHERE id = ${aside.reminderId}::uuid`.execute(
        trx,
      )
    }
    requireHeld(locked, [owner.recipient_id])
    await sql`
      INSERT INTO decorum.withheld_decision (reminder_id, no, at, last_at, verdict, code, rule, reasons, packs, candidate_zones, facts)
      VALUES (${aside.reminderId}::uuid, ${row.no}, ${now}, ${now}, 'refuse', ${aside.objection.code}, ${aside.objection.rule},
        ${JSON.stringify([aside.objection])}::jsonb, '[]', '{}', '{}')`.execute(trx)
    return true
  })
}
