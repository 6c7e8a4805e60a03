import type { Channel } from '../../model/channel.ts'
import type { CaptureSettings } from '../../model/route.ts'
import { readMailbox } from '../../model/mailbox.ts'
import { isE164 } from '../../model/phone-number.ts'
import type { DeliveryRequest, Provider } from '../provider.ts'
import { planReceipts, type PlannedReceipt } from './receipt-plan.ts'

/** What would have gone out, and which receipts a real provider might have sent for it. */
export interface Captured {
  request: DeliveryRequest
  channel: Channel
  /** Capture's own id for it, unique per attempt. */
  reference: string
  receipts: PlannedReceipt[]
}

/** Puts a captured message where people can read it. Rejecting means: not kept, so not sent. */
export type Keep = (captured: Captured) => Promise<void> | void

/**
 * A provider that reaches nobody: it keeps what it would have sent.
 *
 * Serves every channel and form, so that a system without credentials runs whole.
 */
export function captureProvider(channel: Channel, settings: CaptureSettings, keep: Keep): Provider {
  return {
    name: 'capture',
    channel,
    forms: ['text', 'registered'],
    lookUpIsConclusive: false,
    harmless: true,

    async send(request) {
      const reachable = channel === 'email' ? readMailbox(request.to) !== null : isE164(request.to)
      if (!reachable) return { kind: 'rejected', class: 'address', code: 'INVALID_TO', detail: 'no provider would take this address' }
      const reference = `capture-${request.attempt.reminderId}.${request.attempt.attemptNo}`
      try {
        await keep({ request, channel, reference, receipts: planReceipts(channel, request.attempt, settings.seed) })
      } catch {
        return { kind: 'rejected', class: 'retriable', code: 'not_kept', detail: 'the capture store did not take the message' }
      }
      return { kind: 'accepted', reference, status: 'captured' }
    },

    // Its books are wherever `keep` puts them.
    lookUp: async () => ({ kind: 'unavailable', detail: 'ask the store that captured messages go to' }),

    check: async () => null,
    close: async () => {},
  }
}
