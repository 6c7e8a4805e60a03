import { type Kysely, sql, type Transaction } from 'kysely'
import type { DeliveryReport, DeliveryState, RejectionClass } from '../model/delivery.ts'
import type { Instant } from '../model/time.ts'
import { DAY } from '../model/time.ts'
import type { Channel, ContactOutcome, Tone } from '../model/vocabulary.ts'
import { type Locked, requireHeld } from './locks.ts'
import { columnArrays, unnested } from './pg/batch.ts'
import type { ColumnType } from './pg/binary-array.ts'
import { run, type Runner, statement } from './pg/pipeline.ts'
import type { AttemptStatus, Database, StoredReminderStatus } from './schema.ts'

/** Names one attempt. */
interface AttemptKey {
  reminderId: string
  attemptNo: number
}

/** An attempt as it stands when a receipt for it arrives. */
export interface ReceiptSubject extends AttemptKey {
  recipientId: string
  creditor: string
  /** The number or mailbox that was called. */
  hash: Buffer
  channel: Channel
  route: string
  status: AttemptStatus
  reservedAt: Date
  providerRef: string | null
  delivery: DeliveryState | null
  deliveryFinal: boolean
  deliveryCode: string | null
  rejection: RejectionClass | null
  reminderStatus: StoredReminderStatus
  /** It is the reminder's last attempt, and the reminder does not wait to be tried again: its word is the reminder's. */
  isLast: boolean
}

const KEYS = { reminder_id: 'uuid', no: 'smallint' } as const satisfies Record<string, ColumnType>

const keyArrays = (keys: readonly AttemptKey[]): Buffer[] =>
  columnArrays(
    KEYS,
    keys.map((key) => ({ reminder_id: key.reminderId, no: key.attemptNo })),
  )

/** @param period  bounds the months in which an attempt is looked for */
const subjectsWithin = (period: string): string => `
  SELECT x.reminder_id AS "reminderId", x.no AS "attemptNo", r.recipient_id AS "recipientId", r.creditor, r.address_hash AS hash, r.channel, r.route,
    coalesce(s.status, 'sending') AS status, r.reserved_at AS "reservedAt", s.provider_ref AS "providerRef", s.delivery,
    coalesce(s.delivery_final, false) AS "deliveryFinal", s.delivery_code AS "deliveryCode", s.rejection, m.status AS "reminderStatus",
    NOT EXISTS (SELECT 1 FROM decorum.waiting w WHERE w.reminder_id = m.id OFFSET 0) AND NOT EXISTS (
      SELECT 1 FROM decorum.reservation l WHERE l.reminder_id = x.reminder_id AND l.no > x.no AND l.reserved_at >= r.reserved_at) AS "isLast"
  FROM ${unnested(KEYS)}
  JOIN decorum.reminder m ON m.id = x.reminder_id
  CROSS JOIN LATERAL (
    SELECT * FROM decorum.reservation r WHERE r.reminder_id = x.reminder_id AND r.no = x.no ${period} OFFSET 0
  ) r
  LEFT JOIN decorum.settlement s ON s.reminder_id = r.reminder_id AND s.no = r.no AND s.reserved_at = r.reserved_at`

const SUBJECTS_OF_LATE = statement(
  'receipt-subjects',
  subjectsWithin(`AND r.reserved_at >= m.created_at AND r.reserved_at < $3::timestamptz`),
)
const SUBJECTS = statement('receipt-subjects-of-any-time', subjectsWithin(''))

/**
 * Which attempts are these receipts about? Those that are none of ours are absent. Read it after the locks.
 *
 * Attempts are looked for between their reminder's creation and now, so that few months are opened; if a clock was set
 * back since, in every month.
 */
export async function receiptSubjects(
  on: Runner,
  keys: readonly AttemptKey[],
  now: Instant,
): Promise<ReceiptSubject[]> {
  const found = await run<ReceiptSubject>(on, SUBJECTS_OF_LATE, [...keyArrays(keys), new Date(now + DAY)])
  const known = new Set(found.map(attemptKey))
  const missing = keys.filter((key) => !known.has(attemptKey(key)))
  return missing.length === 0 ? found : [...found, ...(await run<ReceiptSubject>(on, SUBJECTS, keyArrays(missing)))]
}

/** A map key for one attempt. */
export const attemptKey = ({ reminderId, attemptNo }: AttemptKey): string => `${reminderId}.${attemptNo}`

const KEPT = statement(
  'kept-receipts',
  `
  SELECT r.reminder_id AS "reminderId", r.attempt_no AS "attemptNo", r.dedupe FROM decorum.receipt r
  JOIN ${unnested({ ...KEYS, dedupe: 'text' })} ON r.reminder_id = x.reminder_id AND r.attempt_no = x.no AND r.dedupe = x.dedupe`,
)

/** Which of these receipts have been recorded before? */
export const keptReceipts = (
  on: Runner,
  receipts: readonly (AttemptKey & { dedupe: string })[],
): Promise<(AttemptKey & { dedupe: string })[]> =>
  run(
    on,
    KEPT,
    columnArrays(
      { ...KEYS, dedupe: 'text' },
      receipts.map((one) => ({ reminder_id: one.reminderId, no: one.attemptNo, dedupe: one.dedupe })),
    ),
  )

const RECEIPT = {
  reminder_id: 'uuid',
  attempt_no: 'smallint',
  dedupe: 'text',
  state: 'text',
  final: 'boolean',
  code: 'text',
  said_at: 'timestamptz',
  received_at: 'timestamptz',
  changed: 'boolean',
} as const satisfies Record<string, ColumnType>

const KEEP = statement(
  'keep-receipts',
  `
  INSERT INTO decorum.receipt (${Object.keys(RECEIPT).join(', ')})
  SELECT x.* FROM ${unnested(RECEIPT)} ON CONFLICT DO NOTHING`,
)

/** A receipt to be recorded. */
interface NewReceipt extends AttemptKey {
  recipientId: string
  dedupe: string
  word: DeliveryReport
  saidAt: Instant | null
  receivedAt: Instant
  changed: boolean
}

/** Records receipts, in the order given; their recipients are locked. */
export async function keepReceipts(on: Runner, locked: Locked, receipts: readonly NewReceipt[]): Promise<void> {
  requireHeld(
    locked,
    receipts.map((receipt) => receipt.recipientId),
  )
  await run(
    on,
    KEEP,
    columnArrays(
      RECEIPT,
      receipts.map(({ word, ...receipt }) => ({
        reminder_id: receipt.reminderId,
        attempt_no: receipt.attemptNo,
        dedupe: receipt.dedupe,
        state: word.state,
        final: word.final,
        code: word.code,
        said_at: receipt.saidAt === null ? null : new Date(receipt.saidAt),
        received_at: new Date(receipt.receivedAt),
        changed: receipt.changed,
      })),
    ),
  )
}

/** The delivery state of an attempt after its receipts, and what follows for its reminder and as a contact. */
export interface DeliveryKnown extends AttemptKey {
  recipientId: string
  reservedAt: Date
  word: DeliveryReport
  at: Instant
  attemptStatus: Exclude<AttemptStatus, 'sending'>
  providerRef: string | null
  rejection: RejectionClass | null
  resolvedBy: string | null
  reminderStatus: StoredReminderStatus
  endReason: string | null
  /** False: the reminder has moved on since, and stays as it is. */
  movesReminder: boolean
  /** Null: certainly never happened, and counts nowhere. */
  contact: ContactOutcome | null
}

const DELIVERY = {
  reminder_id: 'uuid',
  no: 'smallint',
  reserved_at: 'timestamptz',
  status: 'text',
  outcome: 'text',
  provider_ref: 'text',
  rejection: 'text',
  delivery: 'text',
  delivery_final: 'boolean',
  delivery_code: 'text',
  delivery_at: 'timestamptz',
  resolved_by: 'text',
  becomes: 'text',
  end_reason: 'text',
  moves: 'boolean',
} as const satisfies Record<string, ColumnType>

const WRITE_DELIVERIES = statement(
  'write-deliveries',
  `
  WITH x AS MATERIALIZED (SELECT * FROM ${unnested(DELIVERY)}
  ), told AS (
    INSERT INTO decorum.settlement (reminder_id, no, reserved_at, status, outcome, provider_ref, rejection, settled_at, delivery, delivery_final,
      delivery_code, delivery_at, resolved_by)
    SELECT reminder_id, no, reserved_at, status, outcome, provider_ref, rejection, delivery_at, delivery, delivery_final, delivery_code, delivery_at,
      resolved_by FROM x
    ON CONFLICT (reminder_id, no, reserved_at) DO UPDATE SET status = excluded.status, outcome = excluded.outcome,
      provider_ref = coalesce(settlement.provider_ref, excluded.provider_ref), rejection = coalesce(excluded.rejection, settlement.rejection),
      delivery = excluded.delivery, delivery_final = excluded.delivery_final, delivery_code = excluded.delivery_code,
      delivery_at = excluded.delivery_at, resolved_by = coalesce(settlement.resolved_by, excluded.resolved_by)
  )
  UPDATE decorum.reminder m SET status = x.becomes, end_reason = x.end_reason, updated_at = x.delivery_at
  FROM x WHERE x.moves AND m.id = x.reminder_id AND m.status IN ('scheduled', 'sent', 'delivered', 'in_doubt', 'failed')
    AND (m.status, m.end_reason) IS DISTINCT FROM (x.becomes, x.end_reason)
    AND NOT EXISTS (SELECT 1 FROM decorum.waiting w WHERE w.reminder_id = m.id)`,
)

/** Writes the delivery states of attempts, each once, in one statement; their recipients are locked. */
export async function writeDeliveries(on: Runner, locked: Locked, known: readonly DeliveryKnown[]): Promise<void> {
  requireHeld(
    locked,
    known.map((one) => one.recipientId),
  )
  await run(
    on,
    WRITE_DELIVERIES,
    columnArrays(
      DELIVERY,
      known.map(({ word, ...one }) => ({
        reminder_id: one.reminderId,
        no: one.attemptNo,
        reserved_at: one.reservedAt,
        status: one.attemptStatus,
        outcome: one.contact,
        provider_ref: one.providerRef,
        rejection: one.rejection,
        delivery: word.state,
        delivery_final: word.final,
        delivery_code: word.code,
        delivery_at: new Date(one.at),
        resolved_by: one.resolvedBy,
        becomes: one.reminderStatus,
        end_reason: one.endReason,
        moves: one.movesReminder,
      })),
    ),
  )
}

/** Which route carried this attempt, and under which reference? Null: no such attempt. */
export const attemptRoute = async (db: Kysely<Database>, reminderId: string, attemptNo: number) =>
  (await db
    .selectFrom('decorum.attempt')
    .select(['route', 'provider_ref'])
    .where('reminder_id', '=', reminderId)
    .where('no', '=', attemptNo)
    .executeTakeFirst()) ?? null

/** The recipient and the address of an attempt. */
interface AttemptAddress {
  recipientId: string
  creditor: string
  hash: Buffer
}

/** Which recipient and address does this attempt need locked? Null: no such attempt. */
export async function attemptAddress(
  trx: Transaction<Database>,
  reminderId: string,
  attemptNo: number,
): Promise<AttemptAddress | null> {
  const { rows } = await sql<AttemptAddress>`/* attempt-address */
    SELECT a.recipient_id AS "recipientId", a.creditor, a.address_hash AS hash
    FROM decorum.reservation a WHERE a.reminder_id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}

/** The subject of a call. */
interface CalledAbout {
  recipientId: string
  creditor: string
  accountIds: string[]
  tone: Tone
  ladder: string | null
  rung: string | null
}

/** Which recipient and accounts was this call about? Null: no such attempt. */
export async function calledAbout(
  trx: Transaction<Database>,
  reminderId: string,
  attemptNo: number,
): Promise<CalledAbout | null> {
  const { rows } = await sql<CalledAbout>`
    SELECT r.recipient_id AS "recipientId", r.creditor, r.tone, r.ladder, r.rung,
      ARRAY(SELECT account_id FROM decorum.reminder_account WHERE reminder_id = r.id ORDER BY lead DESC, account_id) AS "accountIds"
    FROM decorum.reminder r JOIN decorum.attempt a ON a.reminder_id = r.id
    WHERE r.id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}
