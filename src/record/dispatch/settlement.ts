import { sql, type RawBuilder } from 'kysely'
import type { ContactOutcome } from '../../model/contact.ts'
import type { Instant } from '../../model/instant.ts'
import type { RejectionClass } from '../../model/outcome.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { AttemptStatus } from '../schema.ts'
import { isAmong, keyedRows } from '../keyed-rows.ts'
import type { Locked } from '../locks.ts'
import { markSpells } from './spell-progress.ts'

/** What one attempt came to, ready to be written. */
export interface SettlementEntry {
  reminderId: string
  attemptNo: number
  status: Exclude<AttemptStatus, 'sending'>
  providerRef: string | null
  rejection: RejectionClass | null
  code: string | null
  /** In words, without personal data. */
  detail: string | null
  /** Null: surely never happened, so it is no contact and counts nowhere. */
  contact: ContactOutcome | null
  reminder: { status: ReminderStatus; nextAt: Instant | null; spendsAttempt: boolean; endReason: string | null }
}

/** An attempt as it stood when a settlement was refused or late. */
export interface Settled {
  reminderId: string
  attemptNo: number
}

/**
 * Writes what these attempts came to.
 *
 * Guarded: an attempt that is no longer `sending` (the sweep already put it in doubt) keeps its
 * state unless this knowledge resolves the doubt. Returns those that were written; the
 * caller looks at the others one by one. Whose attempts they are need not be locked: a call that is on its way counts as the worst
 * it can become, so that what it came to makes facts milder, and who decides meanwhile decides too strictly and never too freely.
 */
export async function writeSettlements(
  trx: Locked, entries: readonly SettlementEntry[], now: Instant,
): Promise<Settled[]> {
  const at = new Date(now)
  const written = await settleAttempts(trx, entries, at)
  if (written.length === 0) return []
  await carryOn(trx, written, at)
  await markSpells(trx, written.filter((w) => w.contact !== null))
  return written
}

/** An entry that found its attempt, with the key of the attempt's contact. */
interface Written extends SettlementEntry {
  recipientId: string
  reservedAt: Date
}

async function settleAttempts(trx: Locked, entries: readonly SettlementEntry[], at: Date): Promise<Written[]> {
  const byAttempt = new Map(entries.map((entry) => [`${entry.reminderId} ${entry.attemptNo}`, entry]))
  const rows = [...byAttempt].map(([key, e]) => [key, { status: e.status, ref: e.providerRef, rejection: e.rejection, code: e.code, detail: e.detail }] as const)
  const key = sql.raw("(a.reminder_id || ' ' || a.no)")
  const { rows: settled } = await sql<{ key: string; recipientId: string; reservedAt: Date }>`/* settle-attempts */
    UPDATE decorum.attempt a SET status = x.rows -> ${key} ->> 'status', provider_ref = coalesce(x.rows -> ${key} ->> 'ref', a.provider_ref),
      rejection = x.rows -> ${key} ->> 'rejection', code = x.rows -> ${key} ->> 'code', detail = x.rows -> ${key} ->> 'detail', settled_at = ${at}
    FROM ${keyedRows(rows)} AS x
    WHERE ${isAmong('a.reminder_id', entries.map((e) => e.reminderId))} AND x.rows ? ${key}
      AND (a.status = ${'sending'} OR (a.status = ${'in_doubt'} AND x.rows -> ${key} ->> 'status' <> 'in_doubt'))
    RETURNING ${key} AS key, a.recipient_id AS "recipientId", a.reserved_at AS "reservedAt"`.execute(trx)
  return settled.map(({ key, recipientId, reservedAt }) => ({ ...(byAttempt.get(key) as SettlementEntry), recipientId, reservedAt }))
}

/**
 * Carries each reminder on and says of each contact what it came to; one that surely never happened is taken away.
 *
 * The status guard leaves a reminder that a receipt has already carried further where it is.
 */
async function carryOn(trx: Locked, written: readonly Written[], at: Date): Promise<void> {
  const rows = written.map(({ reminderId, reminder }) => [reminderId, reminder] as const)
  const outcomes = written.map((w) => [attemptText(w), w.contact] as const)
  await sql`/* carry-on */
    WITH moved AS (
      UPDATE decorum.reminder r SET status = x.rows -> r.id::text ->> 'status',
        next_at = coalesce(to_timestamp((x.rows -> r.id::text ->> 'nextAt')::float8 / 1000), r.next_at),
        attempts = r.attempts + (x.rows -> r.id::text ->> 'spendsAttempt')::boolean::int,
        end_reason = x.rows -> r.id::text ->> 'endReason', updated_at = ${at}
      FROM ${keyedRows(rows)} AS x
      WHERE r.id = ANY(${written.map((w) => w.reminderId)}::uuid[]) AND r.status IN ('sending', 'in_doubt')
    )
    UPDATE decorum.contact k SET outcome = x.rows ->> ${contactText}
    FROM ${keyedRows(outcomes)} AS x
    WHERE ${ofAttempts(written)} AND x.rows ->> ${contactText} IS NOT NULL AND k.outcome IN ('pending', 'in-doubt')`.execute(trx)
  const never = written.filter((w) => w.contact === null)
  if (never.length === 0) return
  await sql`/* remove-contacts */
    DELETE FROM decorum.contact k USING ${keyedRows(never.map((w) => [attemptText(w), true]))} AS x
    WHERE ${ofAttempts(never)} AND x.rows ? ${contactText}`.execute(trx)
}

const contactText = sql.raw("(k.id || ' ' || k.attempt_no)")
const attemptText = (w: Written): string => `${w.reminderId} ${w.attemptNo}`

/**
 * The contacts of these people at the time of these attempts, by the primary key and within the months that can hold them.
 *
 * The ids are left to the keyed rows: as a third list PostgreSQL would look for every combination of the three.
 */
function ofAttempts(written: readonly Written[]): RawBuilder<boolean> {
  const times = written.map((w) => w.reservedAt.getTime())
  return sql`(k.recipient_id = ANY(${written.map((w) => w.recipientId)}::uuid[])
    AND k.at BETWEEN ${new Date(Math.min(...times))} AND ${new Date(Math.max(...times))})`
}
