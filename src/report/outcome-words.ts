import type { ObjectionCode } from '../model/decision.ts'
import type { DeliveryState } from '../model/delivery.ts'
import type { Channel } from '../model/vocabulary.ts'
import type { AttemptView } from './views/reminders.ts'

/** What a provider's status of an attempt means, after "the provider says that". */
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

/** What each objection means, as the end of "because …". */
export const OBJECTION_WORDS: Readonly<Record<ObjectionCode, string>> = {
  outside_contact_window: 'it is outside the hours in which this person may be contacted, somewhere the person may be',
  holiday: 'it is a holiday somewhere the person may be',
  recipient_blocked_time: 'the person asked not to be contacted at this time',
  cap_reached: 'the person has been contacted as often as is allowed',
  cooldown: 'a recent conversation forbids another contact for now',
  too_soon: 'the last contact was too recent',
  on_hold: 'contact is on hold',
  suppressed: 'contact was stopped',
  precondition_missing: 'something that has to happen first is not recorded',
  content_missing: 'its words lack what the law wants said, or say what it forbids',
  content_unsafe: 'a name or another stated fact holds a link, which its words would carry',
  route_not_eligible: 'no route may carry it',
  no_common_window: 'no hour is decent in every place where the person may be',
  location_unknown: 'it is not known where the person may be',
  calendar_unknown: 'no calendar of holidays is known for the day',
  zone_data_outdated: 'the time zone data is older than the rule for this place needs',
  account_closed: 'nothing is collected on the account here any more',
  expired: 'its deadline has passed',
  consent_missing: 'a consent that is needed is not recorded',
  stale_balance: 'the balance is older than the creditor allows a message to state',
  facts_conflict: 'the facts contradict each other',
  payment_pending: 'a payment is on its way',
  not_registered: 'the words are not registered with the provider',
  test_mode: 'nobody outside the list of test addresses is reached',
  switched_off: 'an operator has switched this off',
  clock_uncertain: 'the time of day could not be trusted',
  internal_error: 'something failed on our side; it is in the log',
}
