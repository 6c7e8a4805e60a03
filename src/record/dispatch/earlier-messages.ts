import { sql, type Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { Database } from '../schema.ts'

/** A reminder that reached a person, or may have. */
export interface EarlierMessage {
  reminderId: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  channel: Channel
  accountIds: string[]
  /** Hexadecimal. */
  messageHash: string
  at: Date
}

/**
 * Which reminders have these people had from us since then? Oldest first.
 *
 * Asked of contacts, for what was surely not sent has none, and what is in doubt has one. Found by person and
 * time and then by key; call it under the people's locks, for those alone who were written to or called lately.
 */
export async function earlierMessages(trx: Transaction<Database>, recipientIds: readonly string[], since: Date): Promise<EarlierMessage[]> {
  const { rows } = await sql<EarlierMessage>`/* earlier-messages */
    SELECT k.reminder_id AS "reminderId", k.recipient_id AS "recipientId", m.live, m.origin, k.channel, k.account_ids AS "accountIds",
      encode(t.message_hash, 'hex') AS "messageHash", k.at
    FROM decorum.contact k
    JOIN decorum.reminder m ON m.id = k.reminder_id AND m.kind = 'reminder'
    JOIN decorum.attempt t ON t.reminder_id = k.reminder_id AND t.no = k.attempt_no
    WHERE k.recipient_id = ANY(${recipientIds}::uuid[]) AND k.at > ${since} AND k.direction = 'outbound' AND k.outcome <> 'failed'
    ORDER BY k.at, k.reminder_id`.execute(trx)
  return rows
}
