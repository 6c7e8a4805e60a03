import { sql, type Kysely } from 'kysely'

/**
 * Calls that others make with our permission, what operators said about attempts in doubt, and switches that say why they were lifted.
 *
 * - a permit keeps the facts of its decision as a reminder's decision does, so that it can be decided again;
 * - its contact bears its id, and counts toward caps from the moment the permit is given;
 * - `thrown_at` is machine time, to be compared with `reminder.queued_at`: draining lets go what was queued before.
 */
export const breaking = false

const STATEMENTS = [
  `CREATE TABLE decorum.permit (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    recipient_id uuid NOT NULL,
    account_ids uuid[] NOT NULL,
    address_hash bytea NOT NULL,
    mode text NOT NULL,
    made_by text NOT NULL,                    -- which dialler, desk or agency is to call
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,            -- business time; the contact's until the call's own is known
    decided_at timestamptz NOT NULL,          -- the \`now\` it was decided for
    verdict text NOT NULL CHECK (verdict IN ('send', 'defer', 'refuse')),
    until timestamptz,
    reasons jsonb NOT NULL,
    packs jsonb NOT NULL,
    candidate_zones text[] NOT NULL,
    facts jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('denied', 'open', 'settled', 'in_doubt')),
    expires_at timestamptz,                   -- null: denied
    outcome text,
    called_at timestamptz,
    settled_at timestamptz,
    settled_by text,
    seq bigint NOT NULL,
    CHECK ((status = 'denied') = (verdict <> 'send'))
  )`,
  `CREATE INDEX permit_open ON decorum.permit (expires_at) WHERE status = 'open'`,
  `CREATE TABLE decorum.doubt_resolution (
    id uuid PRIMARY KEY,
    reminder_id uuid NOT NULL,
    attempt_no smallint NOT NULL,
    resolved_as text NOT NULL CHECK (resolved_as IN ('accept', 'reject', 'leave')),
    reason text NOT NULL,
    by_whom text NOT NULL,
    at timestamptz NOT NULL
  )`,
  `CREATE INDEX doubt_resolution_attempt ON decorum.doubt_resolution (reminder_id, attempt_no, at)`,
  `ALTER TABLE decorum.switch
    ADD COLUMN lift_reason text,
    ADD COLUMN thrown_at timestamptz NOT NULL DEFAULT clock_timestamp()`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
