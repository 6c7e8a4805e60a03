import { sql } from 'kysely'
import type { Ledger } from '../../src/record/ledger.ts'

/**
 * Removes every row of the ledger but the record of its migrations, what its triggers name, who writes, and the texts of template versions: a
 * process remembers which of those it has written, and they do not go in a life of a ledger before what was sent with them.
 *
 * Which tables there are is asked of the catalogue, so that a new one leaks nothing from one case into the next. Rows
 * are deleted because TRUNCATE makes new files for some two hundred partitions and indexes, which takes a second;
 * references are not looked at, since both of their ends go.
 */
export async function emptyLedger({ db }: Pick<Ledger, 'db'>): Promise<void> {
  await sql`
    DO $$
    DECLARE
      emptied regclass;
    BEGIN
      SET LOCAL session_replication_role = replica;
      FOR emptied IN
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'decorum' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ('migration', 'chain_shape', 'chain_writer', 'template_words')
      LOOP
        EXECUTE format('DELETE FROM %s', emptied);
      END LOOP;
    END $$`.execute(db)
}
