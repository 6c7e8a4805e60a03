import type { ObjectionCode } from '../model/decision.ts'

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
  route_not_eligible: 'no route may carry it',
  no_common_window: 'no hour is decent in every place where the person may be',
  location_unknown: 'it is not known where the person may be',
  calendar_unknown: 'no calendar of holidays is known for the day',
  account_closed: 'nothing is overdue any more',
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
