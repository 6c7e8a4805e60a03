import { sql, type Transaction } from 'kysely'
import type { ContactOutcome } from '../../model/contact.ts'
import type { Instant } from '../../model/instant.ts'
import type { RejectionClass } from '../../model/outcome.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { AttemptStatus, Database } from '../schema.ts'
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
 * caller looks at the others one by one.
 */
export async function writeSettlements(
  trx: Transaction<Database>, entries: readonly SettlementEntry[], now: Instant,
): Promise<Settled[]> {
  const rows = JSON.stringify(entries.map((e) => ({
    id: e.reminderId, no: e.attemptNo, status: e.status, ref: e.providerRef, rejection: e.rejection, code: e.code, detail: e.detail,
    contact: e.contact, r_status: e.reminder.status, r_next: e.reminder.nextAt, spends: e.reminder.spendsAttempt, r_end: e.reminder.endReason,
  })))
  const nowDate = new Date(now)
  const { rows: written } = await sql<{ reminder_id: string; no: number }>`
    UPDATE decorum.attempt a SET status = x.status, provider_ref = coalesce(x.ref, a.provider_ref), rejection = x.rejection,
      code = x.code, detail = x.detail, settled_at = ${nowDate}
    FROM jsonb_to_recordset(${rows}::jsonb) AS x (id uuid, no smallint, status text, ref text, rejection text, code text, detail text)
    WHERE a.reminder_id = x.id AND a.no = x.no
      AND (a.status = 'sending' OR (a.status = 'in_doubt' AND x.status <> 'in_doubt'))
    RETURNING a.reminder_id, a.no`.execute(trx)
  if (written.length === 0) return []
  const done = JSON.stringify(written.map((w) => ({ id: w.reminder_id, no: w.no })))
  const picked = sql`
    FROM jsonb_to_recordset(${rows}::jsonb) AS x (id uuid, no smallint, contact text, r_status text, r_next float8, spends boolean, r_end text)
    JOIN jsonb_to_recordset(${done}::jsonb) AS d (id uuid, no smallint) ON d.id = x.id AND d.no = x.no
    JOIN decorum.attempt a ON a.reminder_id = x.id AND a.no = x.no`
  // The status guard leaves a reminder that a receipt has already carried further where it is.
  await sql`
    UPDATE decorum.reminder r SET status = x.r_status, next_at = coalesce(to_timestamp(x.r_next / 1000.0), r.next_at),
      attempts = r.attempts + x.spends::int, end_reason = x.r_end, updated_at = ${nowDate}
    ${picked} WHERE r.id = x.id AND r.status IN ('sending', 'in_doubt')`.execute(trx)
  await sql`
    UPDATE decorum.contact k SET outcome = x.contact
    ${picked} WHERE x.contact IS NOT NULL AND k.recipient_id = a.recipient_id AND k.at = a.reserved_at AND k.id = x.id
      AND k.outcome IN ('pending', 'in-doubt')`.execute(trx)
  await sql`
    DELETE FROM decorum.contact k USING (SELECT a.recipient_id, a.reserved_at, x.id ${picked} WHERE x.contact IS NULL) gone
    WHERE k.recipient_id = gone.recipient_id AND k.at = gone.reserved_at AND k.id = gone.id`.execute(trx)
  await markSpells(trx, done)
  return written.map((w) => ({ reminderId: w.reminder_id, attemptNo: w.no }))
}
