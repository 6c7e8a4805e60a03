import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { type Decided, withDecided } from './dispatch/reservation.ts'
import { reaches, type Reach } from './reach.ts'
import type { Database, DecisionRecord } from './schema.ts'

/** A decision as it was recorded. */
export type DecisionRow = Omit<
  Selectable<DecisionRecord>,
  'reminder_id' | 'code' | 'rule' | 'seq' | 'decided' | 'packs' | 'facts'
> &
  Decided

/** The decisions about this reminder, oldest first. */
export const decisionsOf = async (db: Kysely<Database>, reminderId: string): Promise<DecisionRow[]> =>
  withDecided(
    db,
    await db
      .selectFrom('decorum.decision')
      .select([
        'no',
        'at',
        'last_at',
        'repeats',
        'verdict',
        'until',
        'reasons',
        'packs',
        'candidate_zones',
        'attempt_no',
        'facts',
        'decided',
      ])
      .where('reminder_id', '=', reminderId)
      .orderBy('no')
      .execute(),
  )

/** The attempts of this reminder, oldest first, with the kind and country of the address but not the address. */
export const attemptsOf = (db: Kysely<Database>, reminderId: string) =>
  db
    .selectFrom('decorum.attempt as t')
    .leftJoin('decorum.recipient_address as ra', 'ra.id', 't.address_id')
    .select([
      't.no',
      't.channel',
      't.route',
      't.provider',
      't.address_id',
      't.status',
      't.reserved_at',
      't.good_until',
      't.settled_at',
      't.template',
      't.template_version',
      't.locale',
      't.message_hash',
      't.provider_ref',
      't.rejection',
      't.code',
      't.detail',
      't.delivery',
      't.delivery_final',
      't.delivery_code',
      't.delivery_at',
      't.resolved_by',
      'ra.kind as address_kind',
      'ra.country as address_country',
    ])
    .where('t.reminder_id', '=', reminderId)
    .orderBy('t.no')
    .execute()
export type AttemptRow = Awaited<ReturnType<typeof attemptsOf>>[number]

/** The receipts of this reminder's attempts, in order of arrival. */
export const receiptsOf = (db: Kysely<Database>, reminderId: string) =>
  db
    .selectFrom('decorum.receipt')
    .select(['attempt_no', 'state', 'final', 'code', 'said_at', 'received_at', 'changed'])
    .where('reminder_id', '=', reminderId)
    .orderBy('attempt_no')
    .orderBy('seq')
    .execute()
export type ReceiptRow = Awaited<ReturnType<typeof receiptsOf>>[number]

/** The sealed facts of one attempt's message, with the key to open them; null: no attempt that the caller may see. */
export const sentWords = async (db: Kysely<Database>, reach: Reach, reminderId: string, no: number) =>
  (await db
    .selectFrom('decorum.attempt as t')
    .innerJoin('decorum.reminder as m', 'm.id', 't.reminder_id')
    .innerJoin('decorum.recipient as r', 'r.id', 't.recipient_id')
    .select([
      't.reminder_id as reminderId',
      't.no as attemptNo',
      't.creditor',
      't.recipient_id as recipientId',
      't.channel',
      't.route',
      't.provider',
      't.template',
      't.template_version as templateVersion',
      't.locale',
      't.message_hash as messageHash',
      't.word_facts as wordFacts',
      'm.tone',
      'r.locale as recipientLocale',
      'r.data_key as dataKey',
      'r.data_key_id as dataKeyId',
    ])
    .where('t.reminder_id', '=', reminderId)
    .where('t.no', '=', no)
    .where(reaches(reach, 't.creditor', ['m.live', 'r.live']))
    .executeTakeFirst()) ?? null

/** One version of a template's words, as JSON that only `render` writes and reads. */
interface TemplateWordsRow {
  version: string
  template: string
  words: string
}

/** Stores the words of these template versions; those already stored stay as they are. */
export async function keepTemplateWords(
  trx: Transaction<Database>,
  rows: readonly TemplateWordsRow[],
  now: Date,
): Promise<void> {
  // In one order, so that two batches that store the same new versions cannot deadlock.
  const sorted = [...rows].sort((a, b) => (a.version < b.version ? -1 : 1))
  await sql`/* keep-words */
    INSERT INTO decorum.template_words (version, template, words, kept_at)
    SELECT x.version, x.template, x.words::jsonb, ${now} FROM jsonb_to_recordset(${JSON.stringify(sorted)}::jsonb) AS x (version text, template text, words text)
    ON CONFLICT DO NOTHING`.execute(trx)
}

/** What were the words of this version? Null: no attempt has used it since words are stored. */
export const templateWords = async (db: Kysely<Database>, version: string): Promise<unknown> =>
  (await db.selectFrom('decorum.template_words').select('words').where('version', '=', version).executeTakeFirst())
    ?.words ?? null
