import { createHash } from 'node:crypto'
import { isE164, readMailbox } from '../model/address-rules.ts'
import type { DeliveryState, DeliveryReport } from '../model/delivery.ts'
import type { CaptureSettings } from '../model/route.ts'
import { MINUTE } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import type { AttemptKey, DeliveryRequest, Provider } from './provider.ts'

/** A captured message, and the receipts a real provider might have sent for it. */
export interface Captured {
  request: DeliveryRequest
  channel: Channel
  /** Capture's own id for it, unique per attempt. */
  reference: string
  receipts: PlannedReceipt[]
}

/** Stores a captured message for reading. A rejected promise means not stored, so not sent. */
export type CaptureStore = (captured: Captured) => Promise<void> | void

/**
 * A provider that stores messages instead of sending them.
 *
 * Serves every channel and form, so that a system without credentials runs completely.
 */
export function captureProvider(channel: Channel, settings: CaptureSettings, keep: CaptureStore): Provider {
  return {
    name: 'capture',
    channel,
    forms: ['text', 'registered'],
    lookUpIsConclusive: false,
    harmless: true,

    async send(request) {
      const reachable = channel === 'email' ? readMailbox(request.to) !== null : isE164(request.to)
      if (!reachable)
        return { kind: 'rejected', class: 'address', code: 'INVALID_TO', detail: 'no provider would take this address' }
      const reference = `capture-${request.attempt.reminderId}.${request.attempt.attemptNo}`
      try {
        await keep({ request, channel, reference, receipts: planReceipts(channel, request.attempt, settings.seed) })
      } catch {
        return {
          kind: 'rejected',
          class: 'retriable',
          code: 'not_kept',
          detail: 'the capture store did not take the message',
        }
      }
      return { kind: 'accepted', reference, status: 'captured' }
    },

    // Its records are where `keep` stores them.
    lookUp: async () => ({ kind: 'unavailable', detail: 'ask the store that captured messages go to' }),

    check: async () => null,
    close: async () => {},
  }
}

/** A simulated receipt, and how long after the call it comes. */
export interface PlannedReceipt {
  afterMs: number
  word: DeliveryReport
}

/** Shares out of 100 for consumer lending: field-notes, order of magnitude only. */
const OUTCOMES: Record<Channel, readonly [share: number, state: DeliveryState][]> = {
  phone: [
    [38, 'no-answer'],
    [22, 'voicemail'],
    [40, 'conversation'],
  ],
  sms: [
    [95, 'delivered'],
    [5, 'failed'],
  ],
  email: [
    [97, 'delivered'],
    [3, 'failed'],
  ],
}

const DELAY_MS: Record<Channel, number> = { phone: 2 * MINUTE, sms: 8_000, email: 20_000 }

/**
 * Which receipts follow this attempt in a demonstration?
 *
 * A pure function of its arguments, so that the same attempt under the same seed always ends the same way.
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
