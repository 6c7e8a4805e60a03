import { sql, type Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { Kind, Mode } from '../../model/kind.ts'
import type { Tone } from '../../model/tone.ts'
import type { Database } from '../schema.ts'

/** A reminder that passed the fence: this transaction's alone until it ends. */
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
 * What makes a ticket harmless however often it is heard: of two workers with one ticket, one gets
 * the rows; the other waits for it, looks again at what has committed, and gets none. The
 * people's locks must be held already: a filter in *their* locking SELECT let both through
 * (measured). The row is locked and not yet changed, because a second version of every reminder
 * cost as much as all that is read for it (measured: 60 µs); what is decided is written with
 * the same guard, and a reminder that slipped through all the same fails the transaction.
 */
export async function passFence(trx: Transaction<Database>, ring: string, reminderIds: readonly string[]): Promise<FencedReminder[]> {
  const { rows } = await sql<FencedReminder>`/* pass-fence */
    SELECT id, creditor, recipient_id AS "recipientId", live, origin, kind, mode, tone, channel,
      fallback_channels AS "fallbackChannels", template, ladder, rung, route, queued_at AS "queuedAt", due_at AS "dueAt",
      expires_at AS "expiresAt", tries, attempts, decisions, decided_as AS "decidedAs", variables
    FROM decorum.reminder WHERE id = ANY(${reminderIds}::uuid[]) AND status = ${'queued'} AND ring = ${ring}::uuid
    ORDER BY id FOR NO KEY UPDATE`.execute(trx)
  return rows
}
