import { sql, type Kysely } from 'kysely'

/**
 * Tasks that end because the person may not be contacted any more, and what a task needs to be decided on.
 *
 * - `channels` and `step_kind` are the rung's own; without them nobody could say whether the call may be made now;
 * - open tasks of before are calls: no ladder that was shipped had another step for people that speaks to anybody;
 * - an older build goes on beside this, and does not know `withdrawn` when it lists tasks of that status.
 */
export const breaking = false

const STATEMENTS = [
  `ALTER TABLE decorum.task
    ADD COLUMN channels text[] NOT NULL DEFAULT '{}',                 -- in order of preference; empty: nobody is contacted
    ADD COLUMN step_kind text NOT NULL DEFAULT 'reminder',
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN end_reason text,                                       -- why it was withdrawn: a stop's reason, or switched_off
    DROP CONSTRAINT task_status_check,
    ADD CONSTRAINT task_status_check CHECK (status IN ('open', 'done', 'expired', 'cancelled', 'withdrawn'))`,
  `UPDATE decorum.task SET channels = '{phone}' WHERE kind = 'step' AND status = 'open'`,
  // What comes back when its switch is lifted.
  `CREATE INDEX task_withdrawn ON decorum.task (expires_at) WHERE status = 'withdrawn'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
