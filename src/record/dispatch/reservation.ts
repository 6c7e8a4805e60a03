import type { Kysely } from 'kysely'
import type { Decision } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import type { Instant } from '../../model/time.ts'
import type { Channel, Mode } from '../../model/vocabulary.ts'
import { packJson, unpackJson } from '../packed/packed-json.ts'
import { dictionariesFor } from '../dictionaries.ts'
import { type Locked, requireHeld } from '../locks.ts'
import { columnArrays, unnested, valuesOf } from '../pg/batch.ts'
import type { ColumnType } from '../pg/binary-array.ts'
import { type PipelinedTransaction, run, statement } from '../pg/pipeline.ts'
import type { Database, Db, StoredReminderStatus } from '../schema.ts'

/** A decision to wait or to refuse, to be recorded with the facts that it was made from. */
export interface DecisionEntry {
  reminderId: string
  recipientId: string
  /** 1 for the first of this reminder; equal to the last one's when the decision is the same again. */
  no: number
  repeated: boolean
  at: Instant
  decision: Decision
  facts: Facts
}

/** An attempt that is about to begin, with the decision that permits it: it is written before the provider is called. */
export interface AttemptEntry {
  reminderId: string
  no: number
  creditor: string
  recipientId: string
  mode: Mode
  provider: string
  addressId: string
  /** Hexadecimal. */
  addressHash: string
  accountIds: string[]
  goodUntil: Instant
  weight: number
  template: string
  templateVersion: string
  locale: string
  /** Hexadecimal. */
  messageHash: string
  /** Packed and sealed. */
  wordFacts: Buffer
  validSeconds: number
  decisionNo: number
  decision: Decision
  facts: Facts
}

/** Where a reminder stands after a decision not to send it now. */
export interface ReminderStep {
  reminderId: string
  status: Extract<StoredReminderStatus, 'scheduled' | 'refused' | 'expired'>
  nextAt: Instant
  decisions: number
  /** Null: not decided yet. */
  decidedAs: string | null
  endReason: string | null
}

/** What is the same for all attempts of one reservation. */
export interface BatchEntry {
  id: string
  channel: Channel
  route: string
  worker: string
  reservedAt: Instant
  /** Machine time that a result may take. */
  leaseMs: number
}

const RESERVED = {
  reminder_id: 'uuid',
  no: 'smallint',
  creditor: 'text',
  recipient_id: 'uuid',
  mode: 'text',
  provider: 'text',
  address_id: 'uuid',
  address_hash: 'bytea',
  account_ids: 'uuids',
  good_until: 'timestamptz',
  weight: 'smallint',
  template: 'text',
  template_version: 'text',
  locale: 'text',
  message_hash: 'bytea',
  word_facts: 'bytea',
  valid_seconds: 'integer',
  decision_no: 'integer',
  until: 'timestamptz',
  candidate_zones: 'texts',
  decided: 'bytea',
} as const satisfies Record<string, ColumnType>

const WRITE_RESERVATION = statement(
  'write-reservation',
  `
  WITH lease AS MATERIALIZED (SELECT clock_timestamp() + $6::integer * interval '1 millisecond' AS over
  ), reserved AS (
    INSERT INTO decorum.reservation (${Object.keys(RESERVED).join(', ')}, reserved_at, channel, route, lease_until)
    SELECT ${valuesOf(RESERVED)}, $1::timestamptz, $2::text, $3::text, lease.over
    FROM lease CROSS JOIN ${unnested(RESERVED, 7)}
  ), batch AS (
    INSERT INTO decorum.dispatch_batch (id, route, worker, reserved_at, look_at, reminder_ids, attempt_nos)
    SELECT $4::uuid, $3::text, $5::text, $1::timestamptz, lease.over, $7::uuid[], $8::smallint[] FROM lease
  ), taken AS (
    DELETE FROM decorum.waiting WHERE reminder_id = ANY($7::uuid[]) RETURNING 1
  )
  SELECT count(*)::int AS taken FROM taken`,
)

/**
 * Writes the permissions to call: each attempt with the decision that permits it, the facts of that decision and the sealed words.
 *
 * One row for each, which is never changed afterwards; it counts as a contact from now on. The reminders wait no longer: whoever deletes a
 * waiting reminder's row may send it, and nobody else.
 *
 * @throws RangeError when a reminder does not wait any more: somebody else has taken it, and nothing of this is written
 */
export async function writeReservations(
  transaction: PipelinedTransaction,
  locked: Locked,
  batch: BatchEntry,
  attempts: readonly AttemptEntry[],
): Promise<void> {
  if (attempts.length === 0) return
  requireHeld(
    locked,
    attempts.map((entry) => entry.recipientId),
  )
  const rows = attempts.map((entry) => ({
    reminder_id: entry.reminderId,
    no: entry.no,
    creditor: entry.creditor,
    recipient_id: entry.recipientId,
    mode: entry.mode,
    provider: entry.provider,
    address_id: entry.addressId,
    address_hash: Buffer.from(entry.addressHash, 'hex'),
    account_ids: entry.accountIds,
    good_until: new Date(entry.goodUntil),
    weight: entry.weight,
    template: entry.template,
    template_version: entry.templateVersion,
    locale: entry.locale,
    message_hash: Buffer.from(entry.messageHash, 'hex'),
    word_facts: entry.wordFacts,
    valid_seconds: entry.validSeconds,
    decision_no: entry.decisionNo,
    until: entry.decision.until === null ? null : new Date(entry.decision.until),
    candidate_zones: entry.decision.candidateZones,
    decided: packDecided(entry),
  }))
  const [result] = await transaction.send<{ taken: number }>(WRITE_RESERVATION, [
    new Date(batch.reservedAt),
    batch.channel,
    batch.route,
    batch.id,
    batch.worker,
    batch.leaseMs,
    ...columnArrays(RESERVED, rows),
  ])
  const taken = result?.taken ?? 0
  if (taken !== attempts.length)
    throw new RangeError(`took ${taken} of ${attempts.length} reminders: the others do not wait any more`)
}

/** What a decision to send was made from, as stored with its attempt. */
export interface Decided {
  packs: Decision['packs']
  facts: Facts
}

const packDecided = ({ decision, facts }: AttemptEntry): Buffer =>
  packJson({ packs: decision.packs, facts: { ...facts, zoneData: decision.zoneData } } satisfies Decided)

/** The columns of a recorded decision that hold its packs and facts: those of a decision to send are packed. */
interface RecordedDecided {
  decided: Buffer | null
  packs: Decision['packs'] | null
  facts: Facts | null
}

/** These recorded decisions with their packs and facts, wherever they were held. */
export async function withDecided<Row extends RecordedDecided>(
  db: Db,
  rows: readonly Row[],
): Promise<(Omit<Row, keyof RecordedDecided> & Decided)[]> {
  const others = await dictionariesFor(
    db,
    rows.flatMap((row) => row.decided ?? []),
  )
  return rows.map(({ decided, packs, facts, ...row }) => ({
    ...row,
    ...(decided === null ? { packs: packs ?? [], facts: facts as Facts } : (unpackJson(decided, others) as Decided)),
  }))
}

const WITHHELD = {
  reminder_id: 'uuid',
  no: 'integer',
  at: 'timestamptz',
  verdict: 'text',
  until: 'timestamptz',
  code: 'text',
  rule: 'text',
  reasons: 'jsonb',
  packs: 'jsonb',
  candidate_zones: 'texts',
  facts: 'jsonb',
} as const satisfies Record<string, ColumnType>

const WRITE_WITHHELD = statement(
  'write-withheld',
  `
  INSERT INTO decorum.withheld_decision (${Object.keys(WITHHELD).join(', ')}, last_at)
  SELECT ${valuesOf(WITHHELD)}, x.at FROM ${unnested(WITHHELD)}`,
)

const REPEATED = { reminder_id: 'uuid', no: 'integer', at: 'timestamptz' } as const satisfies Record<string, ColumnType>

const REPEAT_WITHHELD = statement(
  'repeat-withheld',
  `
  UPDATE decorum.withheld_decision d SET repeats = d.repeats + 1, last_at = x.at
  FROM ${unnested(REPEATED)} WHERE d.reminder_id = x.reminder_id AND d.no = x.no`,
)

const WAITS = {
  reminder_id: 'uuid',
  next_at: 'timestamptz',
  decisions: 'integer',
  decided_as: 'text',
} as const satisfies Record<string, ColumnType>

const KEEP_WAITING = statement(
  'keep-waiting',
  `
  UPDATE decorum.waiting w SET next_at = x.next_at, decisions = x.decisions, decided_as = x.decided_as
  FROM ${unnested(WAITS)} WHERE w.reminder_id = x.reminder_id`,
)

const ENDS = { reminder_id: 'uuid', status: 'text', end_reason: 'text' } as const satisfies Record<string, ColumnType>

const END_WAITING = statement(
  'end-waiting',
  `
  WITH ended AS (DELETE FROM decorum.waiting WHERE reminder_id = ANY($1::uuid[]))
  UPDATE decorum.reminder m SET status = x.status, end_reason = x.end_reason, updated_at = $4::timestamptz
  FROM ${unnested(ENDS)} WHERE m.id = x.reminder_id`,
)

/**
 * Writes decisions not to send now, and what they make of their reminders: wait until an instant, or end.
 *
 * A decision equal to the last one raises its repeat count instead of adding a row.
 */
export async function writeWithheld(
  transaction: PipelinedTransaction,
  locked: Locked,
  written: { decisions: readonly DecisionEntry[]; steps: readonly ReminderStep[] },
  now: Instant,
): Promise<void> {
  if (written.steps.length === 0) return
  requireHeld(
    locked,
    written.decisions.map((entry) => entry.recipientId),
  )
  const fresh = written.decisions.filter((entry) => !entry.repeated)
  const repeated = written.decisions.filter((entry) => entry.repeated)
  const waiting = written.steps.filter((step) => step.status === 'scheduled')
  const ended = written.steps.filter((step) => step.status !== 'scheduled')
  const { send } = transaction
  await Promise.all([
    fresh.length > 0 && send(WRITE_WITHHELD, columnArrays(WITHHELD, fresh.map(withheldRow))),
    repeated.length > 0 &&
      send(
        REPEAT_WITHHELD,
        columnArrays(
          REPEATED,
          repeated.map((entry) => ({ reminder_id: entry.reminderId, no: entry.no, at: new Date(entry.at) })),
        ),
      ),
    waiting.length > 0 &&
      send(
        KEEP_WAITING,
        columnArrays(
          WAITS,
          waiting.map((step) => ({
            reminder_id: step.reminderId,
            next_at: new Date(step.nextAt),
            decisions: step.decisions,
            decided_as: step.decidedAs,
          })),
        ),
      ),
    ended.length > 0 &&
      send(END_WAITING, [
        ...columnArrays(
          ENDS,
          ended.map((step) => ({ reminder_id: step.reminderId, status: step.status, end_reason: step.endReason })),
        ),
        new Date(now),
      ]),
  ])
}

const withheldRow = ({ decision, ...entry }: DecisionEntry) => ({
  reminder_id: entry.reminderId,
  no: entry.no,
  at: new Date(entry.at),
  verdict: decision.verdict,
  until: decision.until === null ? null : new Date(decision.until),
  code: decision.reasons[0]?.code ?? null,
  rule: decision.reasons[0]?.rule ?? null,
  reasons: decision.reasons,
  packs: decision.packs,
  candidate_zones: decision.candidateZones,
  facts: { ...entry.facts, zoneData: decision.zoneData },
})

/** An attempt that the ledger holds without a result. */
export interface UnsettledAttempt {
  reminderId: string
  attemptNo: number
  reservedAt: Date
}

const UNSETTLED_OF = statement(
  'unsettled-of-batches',
  `
  SELECT k.reminder_id AS "reminderId", k.no AS "attemptNo", b.reserved_at AS "reservedAt"
  FROM decorum.dispatch_batch b CROSS JOIN LATERAL unnest(b.reminder_ids, b.attempt_nos) AS k (reminder_id, no)
  WHERE b.id = ANY($1::uuid[]) AND NOT EXISTS (
    SELECT 1 FROM decorum.settlement s WHERE s.reminder_id = k.reminder_id AND s.no = k.no AND s.reserved_at = b.reserved_at)`,
)

/** Which attempts does the ledger hold without a result for these batches? Asked when the answer to COMMIT was lost. */
export const unsettledOf = (db: Kysely<Database>, batches: readonly string[]): Promise<UnsettledAttempt[]> =>
  run(db, UNSETTLED_OF, [batches])

const HOLD_LINES = statement('hold-lines', `SELECT pg_advisory_xact_lock(hashtext('decorum.calls'), hashtext($1))`)

const CALLS_ON_LINE = statement(
  'calls-on-line',
  `
  SELECT count(*)::int AS calls
  FROM decorum.dispatch_batch b CROSS JOIN LATERAL unnest(b.reminder_ids, b.attempt_nos) AS k (reminder_id, no)
  LEFT JOIN LATERAL (
    SELECT s.status, s.delivery_final FROM decorum.settlement s
    WHERE s.reminder_id = k.reminder_id AND s.no = k.no AND s.reserved_at = b.reserved_at OFFSET 0
  ) s ON true
  WHERE b.route = $1 AND (s.status IS NULL OR (s.status IN ('accepted', 'in_doubt') AND NOT s.delivery_final))`,
)

/**
 * How many calls are on the line on this route?
 *
 * Serialises the route's reservations until this transaction ends, so that two workers cannot both
 * take the last line.
 */
export async function callsOnLine({ send }: PipelinedTransaction, route: string): Promise<number> {
  const [, [row]] = await Promise.all([send(HOLD_LINES, [route]), send<{ calls: number }>(CALLS_ON_LINE, [route])])
  return row?.calls ?? 0
}
