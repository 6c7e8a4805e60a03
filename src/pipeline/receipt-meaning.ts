import type { Channel } from '../model/channel.ts'
import { wordsWereMissing } from '../model/delivery-merge.ts'
import type { ContactOutcome } from '../model/contact.ts'
import type { DeliveryWord } from '../model/outcome.ts'
import type { ReminderStatus } from '../model/reminder-status.ts'
import { suppressionAfter, type SuppressionReason } from '../model/suppression.ts'

/** What a provider's word on an attempt means for caps, for the reminder and for the address. */
export interface ReceiptMeaning {
  contact: ContactOutcome | null
  reminder: ReminderStatus
  endReason: string | null
  suppress: SuppressionReason | null
  /** Another channel may carry the step. */
  fallBack: boolean
}

/**
 * What follows from this word?
 *
 * Only a word that the message surely never left takes the contact out of the caps. A failure
 * after it left (a full mailbox, a handset out of reach) leaves the contact counted as `failed`.
 */
export function receiptMeaning(channel: Channel, word: DeliveryWord): ReceiptMeaning {
  const quiet = { endReason: null, suppress: null, fallBack: false }
  switch (word.state) {
    case 'in-flight':
      return { ...quiet, contact: channel === 'phone' ? 'pending' : 'sent', reminder: 'sent' }
    case 'sent':
      return { ...quiet, contact: 'sent', reminder: 'sent' }
    case 'delivered':
      return { ...quiet, contact: 'delivered', reminder: 'delivered' }
    case 'conversation':
      return { ...quiet, contact: 'conversation', reminder: 'delivered' }
    case 'voicemail':
      return { ...quiet, contact: 'voicemail', reminder: 'delivered' }
    case 'no-answer':
      return { ...quiet, contact: 'no-answer', reminder: 'sent', endReason: 'no_answer' }
    case 'failed':
    case 'not-sent':
      // Somebody may have picked up and heard what we leave on machines: it counts as that, and as nothing sent.
      if (wordsWereMissing(word)) return { contact: 'voicemail', reminder: 'failed', endReason: 'words_unavailable', suppress: null, fallBack: true }
      return {
        contact: word.state === 'not-sent' ? null : 'failed',
        reminder: 'failed',
        endReason: `provider_${word.class ?? 'failed'}`,
        suppress: suppressionAfter(word.class),
        fallBack: true,
      }
  }
}
