import type { RejectionClass } from '../../model/delivery.ts'
import type { Instant } from '../../model/time.ts'
import { type ContactOutcome, TONES } from '../../model/vocabulary.ts'
import type { Locked } from '../locks.ts'
import { columnArrays, unnested } from '../pg/batch.ts'
import type { ColumnType } from '../pg/binary-array.ts'
import { run, type Runner, runByKey, statement, statementsByMonth } from '../pg/pipeline.ts'
import type { Ledger } from '../ledger.ts'
import type { AttemptStatus, StoredReminderStatus } from '../schema.ts'

/** The outcome of one attempt, ready to be written. */
export interface SettlementEntry {
  reminderId: string
  attemptNo: number
  /** When it was reserved: attempts are found by it. */
  reservedAt: Instant
  status: Exclude<AttemptStatus, 'sending'>
  providerRef: string | null
  rejection: RejectionClass | null
  code: string | null
  /** A short description without personal data. */
  detail: string | null
  /** Null: certainly not sent, so it is no contact and counts nowhere. */
  contact: ContactOutcome | null
  reminder: {
    /** `scheduled`: it waits again, until `nextAt`. */
    status: StoredReminderStatus
    nextAt: Instant | null
    spendsAttempt: boolean
    endReason: string | null
  }
}

/** An attempt whose settlement was written. */
export interface Settled {
  reminderId: string
  attemptNo: number
}

const SETTLED = {
  reminder_id: 'uuid',
  no: 'smallint',
  reserved_at: 'timestamptz',
  status: 'text',
  outcome: 'text',
  provider_ref: 'text',
  rejection: 'text',
  code: 'text',
  detail: 'text',
  becomes: 'text',
  next_at: 'timestamptz',
  spends: 'integer',
  end_reason: 'text',
} as const satisfies Record<string, ColumnType>

/** The tones in order from the mildest. */
const TONE_ORDER = `ARRAY[${TONES.map((tone) => `'${tone}'`).join(', ')}]`

/** Of spells `s`: when the first message may have reached the recipient and the firmest tone so far, each of which only ever moves one way. */
const markSpells = (reached: string): string => `
  UPDATE decorum.spell s SET first_message_at = coalesce(s.first_message_at, reached.at),
    last_tone = CASE WHEN s.last_tone IS NULL OR reached.firmness > array_position(${TONE_ORDER}, s.last_tone)
      THEN (${TONE_ORDER})[reached.firmness] ELSE s.last_tone END
  FROM (
    SELECT ra.spell_id, min(x.reserved_at) AS at, max(array_position(${TONE_ORDER}, m.tone)) AS firmness
    FROM ${reached} x JOIN decorum.reminder_account ra ON ra.reminder_id = x.reminder_id AND ra.spell_id IS NOT NULL
    JOIN decorum.reminder m ON m.id = x.reminder_id GROUP BY ra.spell_id
  ) reached
  WHERE s.id = reached.spell_id AND (s.first_message_at IS NULL OR s.last_tone IS NULL
    OR reached.firmness > array_position(${TONE_ORDER}, s.last_tone))`

/** By the month of the earliest attempt. */
const writeSettlementsSince = statementsByMonth((month, from) =>
  statement(
    `write-settlements-${month}`,
    `
  WITH x AS MATERIALIZED (SELECT * FROM ${unnested(SETTLED)}
  ), settled AS (
    INSERT INTO decorum.settlement (reminder_id, no, reserved_at, status, outcome, provider_ref, rejection, code, detail, settled_at)
    SELECT reminder_id, no, reserved_at, status, outcome, provider_ref, rejection, code, detail, $14::timestamptz FROM x
    ON CONFLICT (reminder_id, no, reserved_at) DO UPDATE SET status = excluded.status, outcome = excluded.outcome,
      provider_ref = coalesce(excluded.provider_ref, settlement.provider_ref), rejection = excluded.rejection, code = excluded.code,
      detail = excluded.detail, settled_at = excluded.settled_at
    WHERE settlement.status = 'in_doubt' AND excluded.status <> 'in_doubt'
    RETURNING reminder_id, no
  ), written AS MATERIALIZED (SELECT x.* FROM x JOIN settled USING (reminder_id, no)
  ), moved AS (
    UPDATE decorum.reminder m SET status = w.becomes, attempts = m.attempts + w.spends, end_reason = w.end_reason, updated_at = $14::timestamptz
    FROM written w
    WHERE m.id = w.reminder_id AND m.status IN ('scheduled', 'in_doubt') AND (m.status <> w.becomes OR w.spends > 0)
  ), again AS (
    INSERT INTO decorum.waiting (reminder_id, route, next_at, tries, decisions)
    SELECT w.reminder_id, r.route, w.next_at, w.no, r.decision_no
    FROM written w
    JOIN decorum.reservation r ON r.reminder_id = w.reminder_id AND r.no = w.no AND r.reserved_at = w.reserved_at
      AND r.reserved_at >= ${from} AND r.reserved_at BETWEEN $15::timestamptz AND $16::timestamptz
    JOIN decorum.reminder m ON m.id = w.reminder_id AND m.status IN ('scheduled', 'in_doubt')
    WHERE w.becomes = 'scheduled'
    ON CONFLICT (reminder_id) DO NOTHING
  ), marked AS (${markSpells('(SELECT * FROM written WHERE outcome IS NOT NULL)')}
  )
  SELECT reminder_id AS "reminderId", no AS "attemptNo" FROM written`,
  ),
)

const firstOf = (entries: readonly SettlementEntry[]): Date =>
  new Date(entries.reduce((least, entry) => Math.min(least, entry.reservedAt), Infinity))

const settlementValues = (entries: readonly SettlementEntry[], now: Instant): unknown[] => [
  ...columnArrays(
    SETTLED,
    entries.map((entry) => ({
      reminder_id: entry.reminderId,
      no: entry.attemptNo,
      reserved_at: new Date(entry.reservedAt),
      status: entry.status,
      outcome: entry.contact,
      provider_ref: entry.providerRef,
      rejection: entry.rejection,
      code: entry.code,
      detail: entry.detail,
      becomes: entry.reminder.status,
      next_at: entry.reminder.nextAt === null ? null : new Date(entry.reminder.nextAt),
      spends: entry.reminder.spendsAttempt ? 1 : 0,
      end_reason: entry.reminder.endReason,
    })),
  ),
  new Date(now),
  // The months that they lie in.
  firstOf(entries),
  new Date(entries.reduce((most, entry) => Math.max(most, entry.reservedAt), -Infinity)),
]

/**
 * Writes the outcomes of these attempts, each once, and what they make of their reminders; returns those that were written.
 *
 * Guarded: an attempt that was settled before (a receipt overtook its acceptance, the sweep put it in doubt) keeps its state unless the
 * outcome resolves the doubt. One that is to be tried again waits again. The recipients need not be locked: a pending
 * contact counts as the worst it can become, so that a concurrent decision can only be too strict.
 */
export const writeSettlements = async (
  on: Locked,
  entries: readonly SettlementEntry[],
  now: Instant,
): Promise<Settled[]> =>
  entries.length === 0 ? [] : run(on, writeSettlementsSince(firstOf(entries)), settlementValues(entries, now))

/** The same in a transaction of its own and one round trip, where nothing else is to be written with it. */
export const settleAtOnce = (
  ledger: Pick<Ledger, 'pool'>,
  entries: readonly SettlementEntry[],
  now: Instant,
): Promise<Settled[]> => runByKey(ledger, writeSettlementsSince(firstOf(entries)), settlementValues(entries, now))

const REACHED = { reminder_id: 'uuid', reserved_at: 'timestamptz' } as const satisfies Record<string, ColumnType>
const MARK_SPELLS = statement('mark-spells', markSpells(`(SELECT * FROM ${unnested(REACHED)})`))

/** Records on their spells that these attempts have gone out, where their settlement has not done so; their recipients are locked. */
export async function markSpellsOf(
  on: Runner,
  _locked: Locked,
  attempts: readonly { reminderId: string; reservedAt: Date }[],
): Promise<void> {
  if (attempts.length === 0) return
  await run(
    on,
    MARK_SPELLS,
    columnArrays(
      REACHED,
      attempts.map((attempt) => ({ reminder_id: attempt.reminderId, reserved_at: attempt.reservedAt })),
    ),
  )
}
