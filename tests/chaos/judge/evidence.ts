import type pg from 'pg'
import type { Decision } from '../../../src/model/decision.ts'
import type { Channel } from '../../../src/model/vocabulary.ts'
import type { Facts } from '../../../src/model/facts.ts'
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
  /** `<host>:<pid>` of the process that reserved it. */
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

/** Reads the ledger as it stands. */
export async function readLedger(db: pg.Pool): Promise<Ledger> {
  const rows = async <T extends object>(text: string): Promise<T[]> => (await db.query<T>(text)).rows
  return {
    reminders: await rows<LedgerReminder>(`
      SELECT r.id, a.external_id AS account, p.external_id AS recipient, r.origin, r.channel, r.status, r.tries, r.decisions,
        ${ms('r.next_at')} AS "nextAt", ${ms('r.due_at')} AS "dueAt", ${ms('r.expires_at')} AS "expiresAt", r.end_reason AS "endReason"
      FROM decorum.reminder r JOIN decorum.recipient p ON p.id = r.recipient_id
      JOIN decorum.reminder_account ra ON ra.reminder_id = r.id AND ra.lead JOIN decorum.account a ON a.id = ra.account_id`),
    attempts: await rows<LedgerAttempt>(`
      SELECT reminder_id || '.' || no AS id, reminder_id AS "reminderId", channel, status, code, worker, ${ms('reserved_at')} AS "reservedAt",
        ${ms('lease_until')} AS "leaseUntil", resolved_by AS "resolvedBy", delivery
      FROM decorum.attempt`),
    decisions: await rows<LedgerDecision>(`
      SELECT reminder_id AS "reminderId", ${ms('at')} AS at, attempt_no AS "attemptNo", verdict, ${ms('until')} AS until, reasons, facts
      FROM decorum.decision`),
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
