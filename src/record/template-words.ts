import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from './schema.ts'

/** The text behind one version of a template's words, as JSON that `render` made and alone reads. */
export interface TemplateWordsRow {
  version: string
  template: string
  words: string
}

/** Keeps these texts beside the attempts that use them; those that are kept already stay as they are. */
export async function keepTemplateWords(trx: Transaction<Database>, rows: readonly TemplateWordsRow[], now: Date): Promise<void> {
  // Always in one order, so that two batches that keep the same new versions wait for each other in turn.
  const sorted = [...rows].sort((a, b) => (a.version < b.version ? -1 : 1))
  await sql`/* keep-words */
    INSERT INTO decorum.template_words (version, template, words, kept_at)
    SELECT x.version, x.template, x.words::jsonb, ${now} FROM jsonb_to_recordset(${JSON.stringify(sorted)}::jsonb) AS x (version text, template text, words text)
    ON CONFLICT DO NOTHING`.execute(trx)
}

/** What was the text of this version? Null: no attempt has used it since texts are kept. */
export const templateWords = async (db: Kysely<Database>, version: string): Promise<unknown> =>
  (await db.selectFrom('decorum.template_words').select('words').where('version', '=', version).executeTakeFirst())?.words ?? null
