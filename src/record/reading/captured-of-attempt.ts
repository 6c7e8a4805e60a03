import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** Did the capture provider keep this attempt's message? Still sealed. */
export const capturedOfAttempt = async (db: Kysely<Database>, reminderId: string, attemptNo: number) =>
  (await db
    .selectFrom('decorum.captured_message')
    .select(['id', 'content'])
    .where('reminder_id', '=', reminderId)
    .where('attempt_no', '=', attemptNo)
    .executeTakeFirst()) ?? null
