import type pg from 'pg'
import type { Decision } from '../../../src/model/decision.ts'
import type { Channel } from '../../../src/model/vocabulary.ts'
import type { Facts } from '../../../src/model/facts.ts'
import { unpackJson } from '../../../src/record/packed/packed-json.ts'
import { statusOf } from '../../support/reminder-status.ts'
import type { Struck } from '../blows.ts'
import type { Diary } from '../diary.ts'
import type { ProcessLife } from '../fleet.ts'
import type { Person } from '../people.ts'
import type { Entry, Mischief } from '../providers/books.ts'

export interface LedgerReminder {
  id: string
  account: string
  recipient: string
  origin: 'ladder' | 'direct'
  channel: Channel
  status: string
  tries: number
  decisions: number
  nextAt: number
  dueAt: number
  expiresAt: number
  endReason: string | null
}

export interface LedgerAttempt {
  /** `<reminder id>.<number>`, as in the providers' books. */
  id: string
  reminderId: string
  channel: Channel
  status: 'sending' | 'accepted' | 'rejected' | 'not_sent' | 'in_doubt'
  code: string | null
  /** `<host>:<pid>` of the process that reserved it; empty: nobody saw. */
  worker: string
  reservedAt: number
  leaseUntil: number
  resolvedBy: string | null
  delivery: string | null
}

export interface LedgerDecision {
  reminderId: string
  at: number
  attemptNo: number | null
  verdict: Decision['verdict']
  until: number | null
  reasons: Decision['reasons']
  facts: Facts
}

/** A call that somebody else was allowed to make. */
export interface LedgerPermit {
  id: string
  recipient: string
  decidedAt: number
  /** Null: nobody has said. */
  outcome: string | null
}

export interface Ledger {
  reminders: LedgerReminder[]
  attempts: LedgerAttempt[]
  decisions: LedgerDecision[]
  permits: LedgerPermit[]
  accounts: Set<string>
  events: Set<string>
  /** Accounts whose step of the ladder became a reminder, or was left out with a reason. */
  steps: Set<string>
  /** When the planner looks at an account again, by the account. */
  looks: Map<string, number>
}

/** Everything that a verdict is based on: Decorum's own record beside what everybody else saw. */
export interface Evidence {
  ledger: Ledger
  /** Of all providers. */
  entries: Entry[]
  mischief: Mischief[]
  diary: Diary
  people: readonly Person[]
  struck: readonly Struck[]
  lives: readonly ProcessLife[]
  /** When the last fault was healed. */
  healedAt: number
  /** Instant at which the evidence was taken. */
  takenAt: number
}

const ms = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)::float8`

/**
 * Reads the ledger as it stands.
 *
 * @param workersOf  who reserved each attempt, which the ledger itself forgets once an attempt has ended; asked after the attempts were read
 */
export async function readLedger(db: pg.Pool, workersOf: () => Promise<ReadonlyMap<string, string>>): Promise<Ledger> {
  const rows = async <T extends object>(text: string): Promise<T[]> => (await db.query<T>(text)).rows
  const reminders = await rows<LedgerReminder>(`
    SELECT r.id, a.external_id AS account, p.external_id AS recipient, r.origin, r.channel, ${statusOf('r')} AS status,
      (SELECT coalesce(max(t.no), 0)::int FROM decorum.reservation t WHERE t.reminder_id = r.id) AS tries,
      (SELECT coalesce(max(d.no), 0) FROM decorum.decision d WHERE d.reminder_id = r.id) AS decisions,
      ${ms('coalesce(w.next_at, r.due_at)')} AS "nextAt", ${ms('r.due_at')} AS "dueAt", ${ms('r.expires_at')} AS "expiresAt", r.end_reason AS "endReason"
    FROM decorum.reminder r JOIN decorum.recipient p ON p.id = r.recipient_id
    JOIN decorum.reminder_account ra ON ra.reminder_id = r.id AND ra.lead JOIN decorum.account a ON a.id = ra.account_id
    LEFT JOIN decorum.waiting w ON w.reminder_id = r.id`)
  const attempts = await rows<Omit<LedgerAttempt, 'worker'>>(`
    SELECT reminder_id || '.' || no AS id, reminder_id AS "reminderId", channel, status, code, ${ms('reserved_at')} AS "reservedAt",
      ${ms('lease_until')} AS "leaseUntil", resolved_by AS "resolvedBy", delivery
    FROM decorum.attempt`)
  const workers = await workersOf()
  const recorded = await rows<Omit<LedgerDecision, 'facts'> & { facts: Facts | null; decided: Buffer | null }>(`
    SELECT reminder_id AS "reminderId", ${ms('at')} AS at, attempt_no AS "attemptNo", verdict, ${ms('until')} AS until, reasons, facts, decided
    FROM decorum.decision`)
  return {
    reminders,
    attempts: attempts.map((attempt) => ({ ...attempt, worker: workers.get(attempt.id) ?? '' })),
    decisions: recorded.map(({ decided, facts, ...decision }) => ({
      ...decision,
      facts: decided === null ? (facts as Facts) : (unpackJson(decided) as { facts: Facts }).facts,
    })),
    permits: await rows<LedgerPermit>(`
      SELECT p.id, r.external_id AS recipient, ${ms('p.decided_at')} AS "decidedAt", p.outcome
      FROM decorum.permit p JOIN decorum.recipient r ON r.id = p.recipient_id WHERE p.status <> 'denied'`),
    accounts: new Set(
      (await rows<{ id: string }>('SELECT external_id AS id FROM decorum.account')).map(({ id }) => id),
    ),
    events: new Set((await rows<{ id: string }>('SELECT external_id AS id FROM decorum.event')).map(({ id }) => id)),
    steps: new Set(
      (
        await rows<{ id: string }>(
          'SELECT a.external_id AS id FROM decorum.rung_record s JOIN decorum.account a ON a.id = s.account_id',
        )
      ).map(({ id }) => id),
    ),
    looks: new Map(
      (
        await rows<{ id: string; at: number }>(
          `SELECT external_id AS id, ${ms('plan_at')} AS at FROM decorum.account WHERE plan_at IS NOT NULL`,
        )
      ).map(({ id, at }) => [id, at]),
    ),
  }
}
