import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** Which route carried this attempt, and under which reference? Null: no such attempt. */
export const attemptInHook = async (db: Kysely<Database>, reminderId: string, attemptNo: number) =>
  (await db
    .selectFrom('decorum.attempt')
    .select(['route', 'provider_ref'])
    .where('reminder_id', '=', reminderId)
    .where('no', '=', attemptNo)
    .executeTakeFirst()) ?? null
