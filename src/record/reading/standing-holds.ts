import { sql, type Kysely } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { SuppressionReason, SuppressionScope } from '../../model/suppression.ts'
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

export interface StandingStop {
  id: string
  recipient_id: string
  scope: SuppressionScope
  channel: Channel | null
  reason: SuppressionReason
  starts_at: Date
  ends_at: Date | null
}

/** Which stops bind these people at `at`: of the person, of a channel, or of an address that they have? */
export async function standingStops(db: Kysely<Database>, recipientIds: readonly string[], at: Date): Promise<StandingStop[]> {
  if (recipientIds.length === 0) return []
  const { rows } = await sql<StandingStop>`
    SELECT s.id, s.recipient_id, s.scope, s.channel, s.reason, s.starts_at, s.ends_at FROM (
      SELECT id, recipient_id, scope, channel, reason, starts_at, ends_at FROM decorum.suppression WHERE recipient_id = ANY(${recipientIds}::uuid[]) AND lifted_at IS NULL AND scope <> 'address'
      UNION ALL
      SELECT theirs.id, own.recipient_id, theirs.scope, theirs.channel, theirs.reason, theirs.starts_at, theirs.ends_at
      FROM (SELECT DISTINCT recipient_id, creditor, hash FROM decorum.recipient_address WHERE recipient_id = ANY(${recipientIds}::uuid[]) AND removed_at IS NULL) own
      JOIN decorum.suppression theirs ON theirs.creditor = own.creditor AND theirs.address_hash = own.hash AND theirs.lifted_at IS NULL
    ) s WHERE s.ends_at IS NULL OR s.ends_at > ${at} ORDER BY s.starts_at, s.id`.execute(db)
  return rows
}
