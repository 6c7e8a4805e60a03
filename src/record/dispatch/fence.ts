import { sql, type Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { Kind, Mode } from '../../model/kind.ts'
import type { Tone } from '../../model/tone.ts'
import type { Database } from '../schema.ts'

/** A reminder that passed the fence: `sending`, and this transaction's alone. */
export interface FencedReminder {
  id: string
  creditor: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  channel: Channel
  fallbackChannels: Channel[]
  template: string
  ladder: string | null
  rung: string | null
  route: string
  /** Machine time. */
  queuedAt: Date | null
  dueAt: Date
  expiresAt: Date
  /** Attempts begun so far. */
  tries: number
  attempts: number
  decisions: number
  decidedAs: string | null
  variables: Buffer | null
}

/**
 * Which of these reminders are still queued under this ring? Takes them.
 *
 * The guarded update is what makes a ticket harmless however often it is heard: of two
 * workers with one ticket, one gets the rows and the other none (measured: filtering
 * in the locking SELECT let both through).
 */
export async function passFence(
  trx: Transaction<Database>, ring: string, reminderIds: readonly string[], now: Date,
): Promise<FencedReminder[]> {
  const { rows } = await sql<FencedReminder>`
    UPDATE decorum.reminder SET status = 'sending', updated_at = ${now}
    WHERE id = ANY(${reminderIds}::uuid[]) AND status = 'queued' AND ring = ${ring}::uuid
    RETURNING id, creditor, recipient_id AS "recipientId", live, origin, kind, mode, tone, channel,
      fallback_channels AS "fallbackChannels", template, ladder, rung, route, queued_at AS "queuedAt", due_at AS "dueAt",
      expires_at AS "expiresAt", tries, attempts, decisions, decided_as AS "decidedAs", variables`.execute(trx)
  return rows
}
