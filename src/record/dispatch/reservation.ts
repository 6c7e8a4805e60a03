import { type Kysely, sql, type Transaction } from 'kysely'
import type { Decision } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import type { Instant } from '../../model/time.ts'
import type { Channel, Mode, ReminderStatus } from '../../model/vocabulary.ts'
import { nextInOrder } from '../event-order.ts'
import { type Locked, requireHeld } from '../locks.ts'
import { isOneOfIds, keyedRows } from '../pg/batch.ts'
import type { Database } from '../schema.ts'

/** A decision to be recorded with the facts that it was made from. */
export interface DecisionEntry {
  reminderId: string
  recipientId: string
  /** 1 for the first of this reminder; equal to the last one's when the decision is the same again. */
  no: number
  repeated: boolean
  at: Instant
  decision: Decision
  facts: Facts
  attemptNo: number | null
}

/** An attempt that is about to begin: it is written before the provider is called. */
export interface AttemptEntry {
  reminderId: string
  no: number
  creditor: string
  recipientId: string
  channel: Channel
  mode: Mode
  route: string
  provider: string
  addressId: string
  /** Hexadecimal. */
  addressHash: string
  accountIds: string[]
  batch: string
  worker: string
  reservedAt: Instant
  goodUntil: Instant
  leaseMs: number
  weight: number
  template: string
  templateVersion: string
  locale: string
  messageHash: string
  /** Sealed; hexadecimal. */
  wordFacts: string
  validSeconds: number
}

/** Where a reminder stands after its decision. */
export interface ReminderStep {
  reminderId: string
  status: ReminderStatus
  nextAt: Instant
  decisions: number
  /** Null: not decided yet. */
  decidedAs: string | null
  endReason: string | null
  /** Attempts begun, this one included. */
  tries: number
}

const at = (column: string) => sql.raw(`to_timestamp(x.${column} / 1000.0)`)
const rowsOf = (entries: readonly object[]) => sql`${JSON.stringify(entries)}::jsonb`

/**
 * Writes what reserve decided: decisions, attempts, their contacts and each reminder's next step.
 *
 * One statement for a batch of any size, since each further one costs a round trip and reads the same rows again. A
 * decision equal to the last one raises its repeat count instead of adding a row. Attempts are numbered once the
 * decisions are, so that a timeline has each decision before its attempt; the caller has locked every recipient.
 *
 * @throws RangeError when a reminder is no longer queued under the ring: another worker has it, and nothing of this is written
 */
export async function writeReservation(
  trx: Locked,
  ring: string,
  written: { decisions: readonly DecisionEntry[]; attempts: readonly AttemptEntry[]; steps: readonly ReminderStep[] },
  now: Instant,
): Promise<void> {
  const { steps } = written
  if (steps.length === 0) return
  requireHeld(
    trx,
    written.decisions.map((entry) => entry.recipientId),
  )
  const { rows } = await sql<{ moved: number }>`/* write-reservation */
    WITH decided AS (
      INSERT INTO decorum.decision (reminder_id, no, at, last_at, verdict, until, code, rule, reasons, packs, candidate_zones, facts, attempt_no)
      SELECT x.reminder_id, x.no, ${at('at')}, ${at('at')}, x.verdict, ${at('until')}, x.code, x.rule, x.reasons, x.packs,
        ARRAY(SELECT jsonb_array_elements_text(x.zones)), x.facts, x.attempt_no
      FROM jsonb_to_recordset(${rowsOf(decisionRows(written.decisions))}) AS x (reminder_id uuid, no int, at float8, verdict text, until float8, code text, rule text,
        reasons jsonb, packs jsonb, zones jsonb, facts jsonb, attempt_no smallint)
      RETURNING 1
    ), x AS MATERIALIZED (
      SELECT x.*, ${nextInOrder} AS seq FROM (SELECT count(*) FROM decided) AS decisions_first,
        jsonb_to_recordset(${rowsOf(written.attempts)}) AS x ("reminderId" uuid, no smallint, creditor text, "recipientId" uuid, channel text,
        mode text, route text, provider text, "addressId" uuid, "addressHash" text, "accountIds" jsonb, batch uuid, worker text, "reservedAt" float8,
        "goodUntil" float8, "leaseMs" int, weight smallint, template text, "templateVersion" text, locale text, "messageHash" text,
        "wordFacts" text, "validSeconds" int)
    ), attempted AS (
      INSERT INTO decorum.attempt (reminder_id, no, creditor, recipient_id, channel, route, provider, address_id, status, batch, worker,
        reserved_at, good_until, lease_until, weight, template, template_version, locale, message_hash, word_facts, valid_seconds, seq)
      SELECT x."reminderId", x.no, x.creditor, x."recipientId", x.channel, x.route, x.provider, x."addressId", 'sending', x.batch, x.worker,
        ${at('"reservedAt"')}, ${at('"goodUntil"')}, clock_timestamp() + x."leaseMs" * interval '1 millisecond', x.weight, x.template,
        x."templateVersion", x.locale, decode(x."messageHash", 'hex'), decode(x."wordFacts", 'hex'), x."validSeconds", x.seq
      FROM x
    ), contacted AS (
      INSERT INTO decorum.contact (recipient_id, at, id, creditor, channel, direction, mode, outcome, made_by, address_hash, account_ids,
        reminder_id, attempt_no, recorded_at, seq)
      SELECT x."recipientId", ${at('"reservedAt"')}, x."reminderId", x.creditor, x.channel, 'outbound', x.mode, 'pending', 'decorum',
        decode(x."addressHash", 'hex'), ARRAY(SELECT jsonb_array_elements_text(x."accountIds")::uuid), x."reminderId", x.no,
        ${at('"reservedAt"')}, x.seq
      FROM x
    ), moved AS (
      UPDATE decorum.reminder r SET status = y.rows -> r.id::text ->> 'status', next_at = to_timestamp((y.rows -> r.id::text ->> 'nextAt')::float8 / 1000),
        decisions = (y.rows -> r.id::text ->> 'decisions')::int, decided_as = y.rows -> r.id::text ->> 'decidedAs',
        tries = (y.rows -> r.id::text ->> 'tries')::smallint, end_reason = y.rows -> r.id::text ->> 'endReason',
        ring = NULL, queued_at = NULL, updated_at = ${new Date(now)}
      FROM ${keyedRows(steps.map(({ reminderId, ...step }) => [reminderId, step]))} AS y
      WHERE r.id = ANY(${steps.map((step) => step.reminderId)}::uuid[]) AND r.status = ${'queued'} AND r.ring = ${ring}::uuid
      RETURNING 1
    )
    SELECT count(*)::int AS moved FROM moved`.execute(trx)
  const moved = rows[0]?.moved ?? 0
  if (moved !== steps.length)
    throw new RangeError(`updated ${moved} of ${steps.length} reminders: the others changed meanwhile`)
  await repeatDecisions(
    trx,
    written.decisions.filter((entry) => entry.repeated),
  )
}

const decisionRows = (decisions: readonly DecisionEntry[]): object[] =>
  decisions
    .filter((entry) => !entry.repeated)
    .map(({ decision, ...entry }) => ({
      reminder_id: entry.reminderId,
      no: entry.no,
      at: entry.at,
      verdict: decision.verdict,
      until: decision.until,
      code: decision.reasons[0]?.code ?? null,
      rule: decision.reasons[0]?.rule ?? null,
      reasons: decision.reasons,
      packs: decision.packs,
      zones: decision.candidateZones,
      facts: { ...entry.facts, zoneData: decision.zoneData },
      attempt_no: entry.attemptNo,
    }))

async function repeatDecisions(trx: Locked, repeated: readonly DecisionEntry[]): Promise<void> {
  if (repeated.length === 0) return
  await sql`/* repeat-decisions */
    UPDATE decorum.decision d SET repeats = d.repeats + 1, last_at = to_timestamp((x.rows ->> (d.reminder_id || ' ' || d.no))::float8 / 1000)
    FROM ${keyedRows(repeated.map((e) => [`${e.reminderId} ${e.no}`, e.at]))} AS x
    WHERE ${isOneOfIds(
      'd.reminder_id',
      repeated.map((e) => e.reminderId),
    )} AND x.rows ? (d.reminder_id || ' ' || d.no)`.execute(trx)
}

/** Which attempts does the ledger hold as `sending` for this batch? Asked when the answer to COMMIT was lost. */
export async function attemptsOfBatch(
  db: Kysely<Database>,
  batch: string,
): Promise<{ reminderId: string; attemptNo: number }[]> {
  const { rows } = await sql<{ reminderId: string; attemptNo: number }>`
    SELECT reminder_id AS "reminderId", no AS "attemptNo" FROM decorum.attempt
    WHERE status = 'sending' AND lease_until > clock_timestamp() - interval '1 hour' AND batch = ${batch}::uuid`.execute(
    db,
  )
  return rows
}

/**
 * How many calls are on the line on this route?
 *
 * Serialises the route's reservations until this transaction ends, so that two workers cannot both
 * take the last line.
 */
export async function callsOnLine(trx: Transaction<Database>, route: string): Promise<number> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('decorum.calls'), hashtext(${route}))`.execute(trx)
  // Prepared: a call may be on the line in any monthly partition, and planning for all of them took most of the time.
  const { rows } = await sql<{ calls: number }>`/* calls-on-line */
    SELECT count(*)::int AS calls FROM decorum.attempt
    WHERE route = ${route} AND channel = 'phone' AND status IN ('sending', 'accepted', 'in_doubt') AND NOT delivery_final`.execute(
    trx,
  )
  return rows[0]?.calls ?? 0
}
