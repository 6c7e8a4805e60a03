import { createHash } from 'node:crypto'
import { MINUTE } from '../../model/instant.ts'
import type { Channel } from '../../model/channel.ts'
import type { DeliveryState, DeliveryWord } from '../../model/outcome.ts'
import type { AttemptKey } from '../provider.ts'

/** A receipt that capture invents: what a real provider might say, and how long after the call. */
export interface PlannedReceipt {
  afterMs: number
  word: DeliveryWord
}

/** Shares out of 100, as collections floors report them for consumer lending: field-notes, order of magnitude only. */
const OUTCOMES: Record<Channel, readonly [share: number, state: DeliveryState][]> = {
  phone: [[38, 'no-answer'], [22, 'voicemail'], [40, 'conversation']],
  sms: [[95, 'delivered'], [5, 'failed']],
  email: [[97, 'delivered'], [3, 'failed']],
}

const DELAY_MS: Record<Channel, number> = { phone: 2 * MINUTE, sms: 8_000, email: 20_000 }

/**
 * Which receipts follow this attempt in a demonstration?
 *
 * A pure function of its arguments, so that a run can be repeated exactly: the same
 * attempt under the same seed always ends the same way.
 */
export function planReceipts(channel: Channel, attempt: AttemptKey, seed: number): PlannedReceipt[] {
  const digest = createHash('sha256').update(`${seed}/${attempt.reminderId}/${attempt.attemptNo}`).digest()
  let draw = digest.readUInt32BE(0) % 100
  for (const [share, state] of OUTCOMES[channel]) {
    if (draw < share) return [{ afterMs: DELAY_MS[channel], word: { state, final: true, code: null, class: null } }]
    draw -= share
  }
  return []
}
