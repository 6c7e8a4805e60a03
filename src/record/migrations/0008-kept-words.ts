import { sql, type Kysely } from 'kysely'

/**
 * The templates' own text by version, so that a sent message can be shown after its template was edited;
 * and the processes at work with the words they use, so that two that differ are seen.
 */
export const breaking = false

const STATEMENTS = [
  `CREATE TABLE decorum.template_words (
    version text PRIMARY KEY,              -- as attempts name it: a hash of the content
    template text NOT NULL,
    words jsonb NOT NULL,
    kept_at timestamptz NOT NULL
  )`,
  `CREATE TABLE decorum.process (
    id uuid PRIMARY KEY,
    name text NOT NULL,                    -- host and process id
    daemons text[] NOT NULL,               -- empty: the HTTP interface alone
    build text NOT NULL,
    words text NOT NULL,                   -- hash of every template and every creditor's words
    started_at timestamptz NOT NULL,       -- machine time
    seen_at timestamptz NOT NULL           -- machine time
  )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
