import { createHash } from 'node:crypto'
import type { Channel } from '../model/channel.ts'

/**
 * What makes a reminder the same reminder?
 *
 * Recipient, account set with each one's spell and pass, rung and channel: planning the
 * same step twice, in whatever order or process, meets the first one's row.
 *
 * @returns  SHA-256 in hexadecimal
 */
export function reminderKey(
  recipientId: string, accounts: readonly { accountId: string; spellId: string | null; pass: number }[], rung: string, channel: Channel,
): string {
  const set = accounts.map((a) => `${a.accountId}/${a.spellId ?? ''}/${a.pass}`).sort()
  return createHash('sha256').update(JSON.stringify([recipientId, set, rung, channel])).digest('hex')
}
