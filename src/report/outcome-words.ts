import type { DeliveryState } from '../model/outcome.ts'
import type { Channel } from '../model/channel.ts'
import type { AttemptView } from './reminder-view.ts'

/** What a provider's word on an attempt means, after "the provider says that". */
export const DELIVERY_WORDS: Readonly<Record<DeliveryState, string>> = {
  'in-flight': 'it is on its way',
  sent: 'it was handed to the carrier',
  delivered: 'it was delivered',
  conversation: 'somebody answered',
  voicemail: 'an answering machine took it',
  'no-answer': 'nobody answered',
  failed: 'it was not delivered',
  'not-sent': 'it was never sent',
}

/** What became of a call to a provider, as the end of a sentence. */
export const ATTEMPT_WORDS: Readonly<Record<AttemptView['status'], string>> = {
  sending: 'is being handed over now',
  accepted: 'was accepted by the provider',
  rejected: 'was refused by the provider and surely not sent',
  not_sent: 'was given up before the call and surely not sent',
  in_doubt: 'may or may not have gone out; it is never sent again by itself',
}

/** A message of this channel, with its article. */
export const CHANNEL_WORDS: Readonly<Record<Channel, string>> = { phone: 'a call', sms: 'an SMS', email: 'an email' }
