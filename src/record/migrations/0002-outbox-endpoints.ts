import { sql, type Kysely } from 'kysely'

/**
 * The outbox, one row for each endpoint that is still to hear a notice.
 *
 * - each endpoint has tries and an end of its own: one that is down does not keep the others waiting;
 * - `written_at` is machine time, because patience with an endpoint is: a stepped clock must not use it up;
 * - a notice waits for the earlier ones of the same person and endpoint, so both are asked for together.
 *
 * Nothing wrote to the table before this step, so it has no rows to bring along.
 */
export const breaking = true

const STATEMENTS = [
  `ALTER TABLE decorum.outbox
    ADD COLUMN endpoint text NOT NULL,
    ADD COLUMN written_at timestamptz NOT NULL DEFAULT clock_timestamp(),   -- machine time
    ADD COLUMN outcome text CHECK (outcome IN ('taken', 'given_up')),
    ADD CONSTRAINT outbox_done CHECK ((outcome IS NULL) = (done_at IS NULL)),
    DROP CONSTRAINT outbox_pkey,
    ADD PRIMARY KEY (recipient_id, seq, part, endpoint)`,
  `DROP INDEX decorum.outbox_waiting`,
  `CREATE INDEX outbox_waiting ON decorum.outbox (endpoint, next_try_at) WHERE done_at IS NULL`,
  `CREATE INDEX outbox_in_turn ON decorum.outbox (endpoint, recipient_id, seq, part) WHERE done_at IS NULL`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
