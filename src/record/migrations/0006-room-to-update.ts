import { sql, type Kysely } from 'kysely'

/**
 * Room on the page for the next version of rows that change with every reminder.
 *
 * A recipient's sequence, a spell's progress and a contact's outcome stand in no index. With room beside it
 * the new version stays on its page and no index hears of it (PostgreSQL's heap-only tuples); on full
 * pages, as they were, each change was entered in every index again. Of 24,900 recipients 7,010 were changed
 * that way, of 22,510 contacts 3,957; it costs pages that are a third emptier, half empty for contacts,
 * each of which changes once, soon, and mostly together with its neighbours.
 *
 * For rows written from now on; nothing is rewritten.
 */
export const breaking = false

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['recipient', 'spell']) await sql`ALTER TABLE ${sql.table(`decorum.${table}`)} SET (fillfactor = 70)`.execute(db)
  // A partitioned table keeps no such setting for its pieces.
  const { rows: pieces } = await sql<{ name: string }>`
    SELECT piece.relname AS name FROM pg_inherits h JOIN pg_class piece ON piece.oid = h.inhrelid
    WHERE h.inhparent = 'decorum.contact'::regclass`.execute(db)
  for (const { name } of pieces) await sql`ALTER TABLE ${sql.table(`decorum.${name}`)} SET (fillfactor = 50)`.execute(db)
}
