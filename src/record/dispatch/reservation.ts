import { sql, type Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { Decision } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import type { Mode } from '../../model/kind.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { Database } from '../schema.ts'

/** A decision to be kept with the facts that it was made from. */
export interface DecisionEntry {
  reminderId: string
  recipientId: string
  /** 1 for the first of this reminder; equal to the last one's when the same came out again. */
  no: number
  repeated: boolean
  at: Instant
  decision: Decision
  facts: Facts
  attemptNo: number | null
}

/** A try that is about to begin: the permission to call, written before the call. */
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
 * Each table takes one statement however large the batch. A decision like the last one
 * counts up on it instead of adding a row. Sequence numbers come from the recipients,
 * whose rows the caller has locked: one each for the decision and one for the attempt.
 */
export async function writeReservation(
  trx: Transaction<Database>,
  written: { decisions: readonly DecisionEntry[]; attempts: readonly AttemptEntry[]; steps: readonly ReminderStep[] },
  now: Instant,
): Promise<void> {
  const sequence = await takeSequences(trx, written)
  await writeDecisions(trx, written.decisions, sequence)
  await writeAttempts(trx, written.attempts, sequence)
  await writeSteps(trx, written.steps, now)
}

type Sequence = (recipientId: string) => number

async function takeSequences(
  trx: Transaction<Database>, written: { decisions: readonly DecisionEntry[]; attempts: readonly AttemptEntry[] },
): Promise<Sequence> {
  const needed = new Map<string, number>()
  const need = (id: string) => needed.set(id, (needed.get(id) ?? 0) + 1)
  for (const entry of written.decisions) if (!entry.repeated) need(entry.recipientId)
  for (const entry of written.attempts) need(entry.recipientId)
  if (needed.size === 0) return () => 0
  const { rows } = await sql<{ id: string; first: number }>`
    UPDATE decorum.recipient r SET seq = r.seq + n.count
    FROM unnest(${[...needed.keys()]}::uuid[], ${[...needed.values()]}::int[]) AS n (id, count)
    WHERE r.id = n.id RETURNING r.id, r.seq - n.count + 1 AS first`.execute(trx)
  const next = new Map(rows.map((row) => [row.id, Number(row.first)]))
  return (recipientId) => {
    const seq = next.get(recipientId)
    if (seq === undefined) throw new RangeError(`no sequence for recipient ${recipientId}`)
    next.set(recipientId, seq + 1)
    return seq
  }
}

async function writeDecisions(trx: Transaction<Database>, decisions: readonly DecisionEntry[], sequence: Sequence): Promise<void> {
  const added = decisions.filter((entry) => !entry.repeated).map(({ decision, ...entry }) => ({
    reminder_id: entry.reminderId, no: entry.no, at: entry.at, verdict: decision.verdict, until: decision.until,
    code: decision.reasons[0]?.code ?? null, rule: decision.reasons[0]?.rule ?? null,
    reasons: decision.reasons, packs: decision.packs, zones: decision.candidateZones,
    facts: entry.facts, attempt_no: entry.attemptNo, seq: sequence(entry.recipientId),
  }))
  if (added.length > 0) {
    await sql`
      INSERT INTO decorum.decision (reminder_id, no, at, last_at, verdict, until, code, rule, reasons, packs, candidate_zones, facts, attempt_no, seq)
      SELECT x.reminder_id, x.no, ${at('at')}, ${at('at')}, x.verdict, ${at('until')}, x.code, x.rule, x.reasons, x.packs,
        ARRAY(SELECT jsonb_array_elements_text(x.zones)), x.facts, x.attempt_no, x.seq
      FROM jsonb_to_recordset(${rowsOf(added)}) AS x (reminder_id uuid, no int, at float8, verdict text, until float8, code text, rule text,
        reasons jsonb, packs jsonb, zones jsonb, facts jsonb, attempt_no smallint, seq bigint)`.execute(trx)
  }
  const repeated = decisions.filter((entry) => entry.repeated)
  if (repeated.length > 0) {
    await sql`
      UPDATE decorum.decision d SET repeats = d.repeats + 1, last_at = ${at('at')}
      FROM jsonb_to_recordset(${rowsOf(repeated.map((e) => ({ reminder_id: e.reminderId, no: e.no, at: e.at })))})
        AS x (reminder_id uuid, no int, at float8)
      WHERE d.reminder_id = x.reminder_id AND d.no = x.no`.execute(trx)
  }
}

async function writeAttempts(trx: Transaction<Database>, attempts: readonly AttemptEntry[], sequence: Sequence): Promise<void> {
  if (attempts.length === 0) return
  const rows = attempts.map((entry) => ({ ...entry, seq: sequence(entry.recipientId) }))
  await sql`
    INSERT INTO decorum.attempt (reminder_id, no, creditor, recipient_id, channel, route, provider, address_id, status, batch, worker,
      reserved_at, good_until, lease_until, weight, template, template_version, locale, message_hash, word_facts, valid_seconds, seq)
    SELECT x."reminderId", x.no, x.creditor, x."recipientId", x.channel, x.route, x.provider, x."addressId", 'sending', x.batch, x.worker,
      ${at('"reservedAt"')}, ${at('"goodUntil"')}, clock_timestamp() + x."leaseMs" * interval '1 millisecond', x.weight, x.template,
      x."templateVersion", x.locale, decode(x."messageHash", 'hex'), decode(x."wordFacts", 'hex'), x."validSeconds", x.seq
    FROM jsonb_to_recordset(${rowsOf(rows)}) AS x ("reminderId" uuid, no smallint, creditor text, "recipientId" uuid, channel text, route text,
      provider text, "addressId" uuid, batch uuid, worker text, "reservedAt" float8, "goodUntil" float8, "leaseMs" int, weight smallint,
      template text, "templateVersion" text, locale text, "messageHash" text, "wordFacts" text, "validSeconds" int, seq bigint)`.execute(trx)
  await sql`
    INSERT INTO decorum.contact (recipient_id, at, id, creditor, channel, direction, mode, outcome, made_by, address_hash, account_ids,
      reminder_id, attempt_no, recorded_at, seq)
    SELECT x."recipientId", ${at('"reservedAt"')}, x."reminderId", x.creditor, x.channel, 'outbound', x.mode, 'pending', 'decorum',
      decode(x."addressHash", 'hex'), ARRAY(SELECT jsonb_array_elements_text(x."accountIds")::uuid), x."reminderId", x.no,
      ${at('"reservedAt"')}, x.seq
    FROM jsonb_to_recordset(${rowsOf(rows)}) AS x ("recipientId" uuid, "reservedAt" float8, "reminderId" uuid, creditor text, channel text,
      mode text, "addressHash" text, "accountIds" jsonb, no smallint, seq bigint)`.execute(trx)
}

async function writeSteps(trx: Transaction<Database>, steps: readonly ReminderStep[], now: Instant): Promise<void> {
  if (steps.length === 0) return
  await sql`
    UPDATE decorum.reminder r SET status = x.status, next_at = ${at('"nextAt"')}, decisions = x.decisions, decided_as = x."decidedAs", tries = x.tries,
      end_reason = x."endReason", ring = NULL, queued_at = NULL, updated_at = ${new Date(now)}
    FROM jsonb_to_recordset(${rowsOf(steps)}) AS x ("reminderId" uuid, status text, "nextAt" float8, decisions int, "decidedAs" text, "endReason" text, tries smallint)
    WHERE r.id = x."reminderId"`.execute(trx)
}
