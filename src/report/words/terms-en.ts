import { CONTENT_BLOCKS, type ContentBlock } from '../../model/template.ts'
import { ATTEMPT_WORDS, CHANNEL_WORDS, DELIVERY_WORDS, OBJECTION_WORDS } from '../outcome-words.ts'
import type { Terms } from './terms.ts'

/** The words of an explanation in English. */
export const TERMS_EN: Terms = {
  objection: OBJECTION_WORDS,
  closed: {
    cured: 'the account is current again', settled: 'the debt is settled', withdrawn: 'the creditor withdrew the account',
    'charged-off': 'the account was charged off', 'handed-off': 'the account was handed off to somebody else to collect, which is not payment',
  },
  tone: { gentle: 'gentle', neutral: 'neutral', firm: 'firm', final: 'final' },
  kind: { reminder: 'reminder', 'required-notice': 'required notice', service: 'service message', confirmation: 'confirmation' },
  mode: { automated: 'automated', agent: 'by an agent' },
  channel: { phone: 'phone', sms: 'SMS', email: 'email' },
  message: CHANNEL_WORDS,
  outcome: {
    'no-answer': 'nobody answered', voicemail: 'an answering machine took it', conversation: 'a conversation', sent: 'sent', delivered: 'delivered', failed: 'not delivered',
    'in-doubt': 'in doubt, counted as made', pending: 'under way, counted as made',
  },
  direction: { outbound: 'outbound', inbound: 'inbound' },
  role: { 'original-creditor': 'original creditor', servicer: 'servicer', collector: 'collector', 'debt-buyer': 'debt buyer' },
  state: { open: 'open', cured: 'current again', settled: 'settled', withdrawn: 'withdrawn', 'charged-off': 'charged off', 'handed-off': 'handed off' },
  hold: {
    promise: 'promise to pay', dispute: 'dispute', hardship: 'hardship', complaint: 'complaint', 'payment-pending': 'payment under way', 'legal-action': 'legal action',
    'breathing-space': 'breathing space', 'facts-conflict': 'facts in conflict', bankruptcy: 'bankruptcy', 'reversal-pause': 'pause after a reversal', manual: 'by hand', reply: 'a reply that nobody has read yet',
  },
  stop: {
    'opt-out': 'opt-out', cease: 'cease', 'refusal-to-pay': 'refusal to pay', 'wrong-number': 'wrong number', deceased: 'deceased', attorney: 'attorney',
    bankruptcy: 'bankruptcy', 'identity-fraud': 'identity fraud', 'bad-address': 'bad address', manual: 'by hand',
  },
  relation: {
    self: 'self', 'co-borrower': 'co-borrower', guarantor: 'guarantor', spouse: 'spouse', relative: 'relative', colleague: 'colleague', contact: 'contact person', other: 'somebody else',
  },
  addressKind: { mobile: 'mobile', landline: 'landline', voip: 'internet telephone', work: 'work', home: 'home', personal: 'personal', other: 'other' },
  event: {
    payment: 'payment', 'payment-pending': 'payment under way', 'payment-failed': 'payment failed', 'payment-reversed': 'payment reversed', adjustment: 'adjustment', settled: 'settled',
    'due-date-changed': 'due date changed', promise: 'promise', 'promise-broken': 'promise not kept', 'promise-cancelled': 'promise cancelled', dispute: 'dispute', 'dispute-resolved': 'dispute resolved',
    hardship: 'hardship', complaint: 'complaint', 'complaint-closed': 'complaint closed', bankruptcy: 'bankruptcy', deceased: 'deceased', attorney: 'attorney',
    'legal-action': 'legal action', 'identity-fraud': 'identity fraud', notice: 'notice', 'charge-off': 'charge-off', 'hand-off': 'hand-off', recall: 'recall', withdrawn: 'withdrawn', resume: 'resume',
  },
  delivery: DELIVERY_WORDS,
  attempt: ATTEMPT_WORDS,
  status: {
    scheduled: 'scheduled', queued: 'queued', sending: 'sending', sent: 'sent', delivered: 'delivered', failed: 'failed', refused: 'refused', expired: 'expired',
    cancelled: 'cancelled', in_doubt: 'in doubt',
  },
  silence: {
    events_not_stated: 'events are not stated (state "events": [] if nothing happened)', mode_not_stated: 'it is not stated whether a machine or an agent speaks',
    address_kind_not_stated: 'it is not stated what kind of address it is', relation_not_stated: 'it is not stated whose address it is',
    words_not_stated: 'it is not stated what the words carry', days_past_due_not_stated: 'days past due are not stated', place_not_known: 'it is not known where the person may be',
    not_in_force: 'not in force on that day', days_past_due: 'for other days past due', consent: 'lifted by consent', answers_a_message: 'this answers the person’s own message',
    consents_not_stated: 'consents are not stated', address_origin_not_stated: 'it is not stated how the address came to be known',
    other_hours: 'another pack settles this here', off: 'switched off in the pack', place: 'for other places', channel: 'for other channels', mode: 'for the other mode',
    kind: 'not for this kind of message', tone: 'for other tones', role: 'for other roles of the creditor', product: 'for other products', address_kind: 'not for this kind of address',
    nothing_recorded: 'nothing on record that it turns on',
  },
  unit: {
    attempt: 'every contact', unanswered: 'calls that nobody answered', connected: 'calls that were picked up', conversation: 'conversations', reached: 'contacts that may have reached the person',
  },
  key: { person: 'the whole person', account: 'each account', address: 'this number or mailbox' },
  consentState: { opens: 'in force', not_yet: 'not in force yet', ended: 'ended', other_channel: 'for another channel', other_address: 'for another address' },
  sign: { 'stated-zone': 'the stated time zone', jurisdiction: 'the stated jurisdiction', 'area-code': 'the area code of the number', 'phone-country': 'the country of the number' },
  verified: { text: 'its own text was read', secondary: 'read in a secondary source', no: 'not verified' },
  force: { hard: 'a prohibition', presumption: 'a presumption in law, kept as a prohibition', soft: 'guidance' },
  shape: {
    window: 'hours', cap: 'cap', exclusivity: 'cap on channels', spacing: 'interval', cooldown: 'cooling-off', reply: 'answer to the person', precondition: 'precondition', duty: 'duty', pause: 'pause',
    stop: 'stop', consent: 'consent', address: 'address', route: 'route', content: 'words', 'third-party': 'third parties', 'opt-out': 'opt-out', retention: 'retention',
  },
  block: Object.fromEntries(CONTENT_BLOCKS.map((block) => [block, block.replaceAll('-', ' ')])) as Record<ContentBlock, string>,
  hours: { open: 'open', shut: 'shut', holiday: 'shut, a holiday', unknown: 'no calendar is known for the day' },
  weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  consent: {},
  evidence: { 'postal-address': 'a postal address', stated: 'stated by the person', 'earlier-address': 'an earlier address', 'phone-prefix': 'the prefix of the number' },
  eventKind: {},
  skip: {
    entered_late: 'entered late', stale: 'stale', moved_by_payment: 'moved by a payment', resumed_after_reversal: 'resumed after a reversal', already_done: 'already done',
    below_tolerance: 'below the tolerance', within_grace: 'within grace', promise_open: 'a promise is open', payment_in_flight: 'a payment is under way', on_hold: 'on hold',
    auto_debit: 'debited automatically', facts_missing: 'facts are missing', gate_closed: 'its gate is closed', band: 'left out for this risk band',
    recent_conversation: 'a conversation was recent', no_usable_address: 'no usable address', overtaken: 'overtaken by a later step', after_final: 'the final step was taken', hand_off_due: 'a hand-off is due', stopped: 'contact is stopped', switched_off: 'switched off',
  },
  task: {
    contacted: 'contacted', promise: 'promise', dispute: 'dispute', hardship: 'hardship', complaint: 'complaint', 'wrong-number': 'wrong number', 'third-party': 'third party',
    'no-answer': 'no answer', voicemail: 'voicemail', 'not-done': 'not done', 'handed-off': 'handed off', kept: 'kept', read: 'read',
  },
  end: {},
}
