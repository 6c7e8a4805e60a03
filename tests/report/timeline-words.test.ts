import { describe, expect, it } from 'vitest'
import { timelineWords } from '../../src/report/timeline-words.ts'
import { TIMELINE_TYPES, type TimelineType } from '../../src/report/timeline-view.ts'

const cases: [TimelineType, Record<string, unknown>, string][] = [
  ['spell', { no: 2, ladder: 'default', daysPastDue: 4 }, 'Overdue episode 2 began on ladder default, 4 days past due.'],
  ['event', { type: 'payment', kind: null, effectiveAt: '2026-11-20T00:00:00Z', effect: 'the account is current again' }, 'Reported: payment, effective 2026-11-20T00:00:00Z. The account is current again.'],
  ['hold', { kind: 'dispute', scope: 'account', endsAt: null, by: 'key:1' }, 'Put on hold: dispute, this account, by key:1.'],
  ['hold-ended', { kind: 'dispute', reason: 'answered', by: 'cli' }, 'Hold ended: dispute (answered), by cli.'],
  ['suppression', { scope: 'address', reason: 'opt-out', source: 'twilio-inbound', endsAt: null }, 'Stopped: opt-out, one address, heard through twilio-inbound.'],
  ['suppression-lifted', { reason: 'opt-out', why: 'asked to be written to again', by: 'cli' }, 'Stop lifted: opt-out (asked to be written to again), by cli.'],
  ['reminder', { channel: 'sms', tone: 'gentle', rung: 'm1-first', dueAt: '2026-11-20T02:00:00Z', status: 'in_doubt', endReason: null }, 'Planned an SMS, gentle, step m1-first, due 2026-11-20T02:00:00Z; now in doubt.'],
  ['decision', { verdict: 'defer', until: '2026-11-24T13:00:00Z', code: 'outside_contact_window', rule: 'us-reg-f/contact-window', citation: '12 CFR 1006.6(b)(1)(i)', repeats: 2 }, 'Decided to wait, until 2026-11-24T13:00:00Z: outside contact window, rule us-reg-f/contact-window, 12 CFR 1006.6(b)(1)(i). Came out 2 times.'],
  ['decision', { verdict: 'send', until: null, repeats: 1 }, 'Decided to send.'],
  ['decision', { verdict: 'refuse', code: 'suppressed', rule: 'decorum/stop', repeats: 1 }, 'Decided not to send: suppressed, rule decorum/stop.'],
  ['attempt', { no: 1, channel: 'phone', tone: 'firm', status: 'in_doubt', code: null }, 'Attempt 1: a call, firm, may or may not have gone out; it is never sent again by itself.'],
  ['receipt', { no: 1, state: 'failed', code: '30006', changed: true }, 'The provider says of attempt 1 that it was not delivered (30006).'],
  ['contact', { channel: 'phone', direction: 'outbound', outcome: 'conversation', by: 'agency-2', excess: ['us-reg-f/cap'] }, 'Contact made elsewhere: a call, outbound, conversation, by agency-2; would not have been allowed by us-reg-f/cap.'],
  ['task', { kind: 'hand-off', dueAt: null }, 'Proposed to a person: hand-off to an agency.'],
  ['task-withdrawn', { kind: 'step', rung: 'm2-day36', reason: 'identity-fraud' }, 'Step for a person: m2-day36 withdrawn: identity-fraud.'],
  ['task-done', { outcome: 'promise', by: 'key:1' }, 'Step for a person done: promise, by key:1.'],
  ['step-skipped', { rung: 'm1-second', reason: 'entered_late', detail: null }, 'Step m1-second passed over: entered late.'],
]

describe('the words of a timeline', () => {
  it.each(cases)('%s', (type, details, words) => {
    expect(timelineWords(type, details)).toBe(words)
  })

  it('exist for everything that a timeline can hold', () => {
    expect([...new Set(cases.map(([type]) => type))].sort()).toEqual([...TIMELINE_TYPES].sort())
  })
})
