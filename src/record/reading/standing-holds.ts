import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** Which pauses stand for these people at `at`, on the person or on one account? */
export async function standingHolds(db: Kysely<Database>, recipientIds: readonly string[], at: Date) {
  if (recipientIds.length === 0) return []
  return db
    .selectFrom('decorum.hold')
    .select(['id', 'recipient_id', 'account_id', 'kind', 'starts_at', 'ends_at'])
    .where('recipient_id', 'in', [...recipientIds])
    .where('ended_at', 'is', null)
    .where((eb) => eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', at)]))
    .orderBy('starts_at')
    .execute()
}
export type StandingHold = Awaited<ReturnType<typeof standingHolds>>[number]
