import { sql, type Kysely } from 'kysely'

/**
 * Stops that follow from another one or come before their person; holds of one channel; what people write back.
 *
 * An older build beside it reads a hold of one channel as one of all, which is stricter.
 */
export const breaking = false

const STATEMENTS = [
  // The stop of an address from which a stop of its holder follows; lifted with it.
  `ALTER TABLE decorum.suppression ADD COLUMN cause uuid`,
  // The creditor's own id of a person or an account that is not known yet.
  `ALTER TABLE decorum.suppression ADD COLUMN awaits_recipient text`,
  `ALTER TABLE decorum.suppression ADD COLUMN awaits_account text`,
  `ALTER TABLE decorum.suppression DROP CONSTRAINT IF EXISTS suppression_check1`,
  `ALTER TABLE decorum.suppression ADD CONSTRAINT suppression_concerns
    CHECK (scope = 'address' OR recipient_id IS NOT NULL OR awaits_recipient IS NOT NULL OR awaits_account IS NOT NULL)`,
  `CREATE INDEX suppression_cause ON decorum.suppression (cause) WHERE cause IS NOT NULL`,
  `CREATE INDEX suppression_awaits_recipient ON decorum.suppression (creditor, awaits_recipient)
    WHERE recipient_id IS NULL AND lifted_at IS NULL AND awaits_recipient IS NOT NULL`,
  `CREATE INDEX suppression_awaits_account ON decorum.suppression (creditor, awaits_account)
    WHERE recipient_id IS NULL AND lifted_at IS NULL AND awaits_account IS NOT NULL`,
  // Null: every channel.
  `ALTER TABLE decorum.hold ADD COLUMN channel text CHECK (channel IN ('phone', 'sms', 'email'))`,
  `ALTER TABLE decorum.task DROP CONSTRAINT IF EXISTS task_kind_check`,
  `ALTER TABLE decorum.task ADD CONSTRAINT task_kind_check CHECK (kind IN ('step', 'hand-off', 'reply'))`,
  `CREATE TABLE decorum.reply (
    id uuid PRIMARY KEY,
    creditor text,                            -- null: of a route that writes for several, from nobody who is known
    recipient_id uuid REFERENCES decorum.recipient (id),
    channel text NOT NULL,
    route text NOT NULL,
    received_at timestamptz NOT NULL,
    meaning text NOT NULL,
    problem text,                             -- why nobody could be told to have sent it
    words bytea,                              -- vault
    task_id uuid
  )`,
  `CREATE INDEX reply_recipient ON decorum.reply (recipient_id, id) WHERE recipient_id IS NOT NULL`,
  `CREATE INDEX reply_task ON decorum.reply (task_id) WHERE task_id IS NOT NULL`,
  `CREATE INDEX reply_unresolved ON decorum.reply (route, id) WHERE recipient_id IS NULL`,
  `CREATE INDEX reply_age ON decorum.reply (received_at)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
