import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** What one attempt said, still sealed, with what opens it. Null creditor: any. */
export const sentWords = async (db: Kysely<Database>, creditor: string | null, reminderId: string, no: number) =>
  (await db
    .selectFrom('decorum.attempt as t')
    .innerJoin('decorum.reminder as m', 'm.id', 't.reminder_id')
    .innerJoin('decorum.recipient as r', 'r.id', 't.recipient_id')
    .select([
      't.reminder_id as reminderId', 't.no as attemptNo', 't.creditor', 't.recipient_id as recipientId', 't.channel', 't.route', 't.provider', 't.template',
      't.template_version as templateVersion', 't.locale', 't.message_hash as messageHash', 't.word_facts as wordFacts', 'm.tone',
      'r.locale as recipientLocale', 'r.data_key as dataKey', 'r.data_key_id as dataKeyId',
    ])
    .where('t.reminder_id', '=', reminderId)
    .where('t.no', '=', no)
    .$if(creditor !== null, (q) => q.where('t.creditor', '=', creditor as string))
    .executeTakeFirst()) ?? null
