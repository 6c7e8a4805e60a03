import { describe, expect, it } from 'vitest'
import { timelineInWords, timelineWords } from '../../src/report/timeline-words.ts'
import { TIMELINE_TYPES, type TimelineType } from '../../src/report/views/accounts.ts'

const cases: [TimelineType, Record<string, unknown>, string][] = [
  [
    'spell',
    { no: 2, ladder: 'default', daysPastDue: 4 },
    'Overdue episode 2 began on ladder default, 4 days past due.',
  ],
  [
    'event',
    { type: 'payment', kind: null, effectiveAt: '2026-11-20T00:00:00Z', effect: 'the account is current again' },
    'Reported: payment, effective 2026-11-20T00:00:00Z. The account is current again.',
  ],
  [
    'hold',
    { kind: 'dispute', scope: 'account', endsAt: null, by: 'key:1' },
    'Put on hold: dispute, this account, by key:1.',
  ],
  ['hold-ended', { kind: 'dispute', reason: 'answered', by: 'cli' }, 'Hold ended: dispute (answered), by cli.'],
  [
    'suppression',
    { scope: 'address', reason: 'opt-out', source: 'twilio-inbound', endsAt: null },
    'Stopped: opt-out, one address, heard through twilio-inbound.',
  ],
  [
    'suppression-lifted',
    { reason: 'opt-out', why: 'asked to be written to again', by: 'cli' },
    'Stop lifted: opt-out (asked to be written to again), by cli.',
  ],
  [
    'reminder',
    {
      channel: 'sms',
      tone: 'gentle',
      rung: 'm1-first',
      dueAt: '2026-11-20T02:00:00Z',
      status: 'in_doubt',
      endReason: null,
    },
    'Planned an SMS, gentle, step m1-first, due 2026-11-20T02:00:00Z; now in doubt.',
  ],
  [
    'decision',
    {
      verdict: 'defer',
      until: '2026-11-24T13:00:00Z',
      code: 'outside_contact_window',
      rule: 'us-reg-f/contact-window',
      citation: '12 CFR 1006.6(b)(1)(i)',
      repeats: 2,
    },
    'Decided to wait, until 2026-11-24T13:00:00Z: it is outside the hours in which this person may be contacted, somewhere the person may be, rule us-reg-f/contact-window, 12 CFR 1006.6(b)(1)(i). Came out 2 times.',
  ],
  ['decision', { verdict: 'send', until: null, repeats: 1 }, 'Decided to send.'],
  [
    'decision',
    { verdict: 'refuse', code: 'suppressed', rule: 'decorum/stop', repeats: 1 },
    'Decided not to send: contact was stopped, rule decorum/stop.',
  ],
  [
    'attempt',
    { no: 1, channel: 'phone', tone: 'firm', status: 'in_doubt', code: null },
    'Attempt 1: a call, firm, may or may not have gone out; it is never sent again by itself.',
  ],
  [
    'receipt',
    { no: 1, state: 'failed', code: '30006', changed: true },
    'The provider says of attempt 1 that it was not delivered (30006).',
  ],
  [
    'contact',
    { channel: 'phone', direction: 'outbound', outcome: 'conversation', by: 'agency-2', excess: ['us-reg-f/cap'] },
    'Contact made elsewhere: a call, outbound, a conversation, by agency-2; would not have been allowed by us-reg-f/cap.',
  ],
  ['task', { kind: 'hand-off', dueAt: null }, 'Proposed to a person: hand-off to an agency.'],
  [
    'task-withdrawn',
    { kind: 'step', rung: 'm2-day36', reason: 'identity-fraud' },
    'Step for a person: m2-day36 withdrawn: identity fraud.',
  ],
  ['task-done', { outcome: 'promise', by: 'key:1' }, 'Step for a person done: promise, by key:1.'],
  [
    'step-skipped',
    { rung: 'm1-second', reason: 'entered_late', detail: null },
    'Step m1-second passed over: entered late.',
  ],
]

describe('the words of a timeline', () => {
  it.each(cases)('%s', (type, details, words) => {
    expect(timelineWords(type, details)).toBe(words)
  })

  it('exist for everything that a timeline can hold', () => {
    expect([...new Set(cases.map(([type]) => type))].sort()).toEqual([...TIMELINE_TYPES].sort())
  })
  it('say of a stale balance how old it was and what the bound is, and of a closed account what closed it', () => {
    const stale = {
      verdict: 'refuse',
      code: 'stale_balance',
      rule: 'decorum/fresh-balance',
      citation: '',
      repeats: 50,
      lastAt: '2026-11-19T08:00:00+00:00',
      accounts: [{ state: 'open', asOf: Date.parse('2026-11-16T06:00:00Z'), freshForMs: 36 * 3_600_000 }],
    }
    expect(timelineWords('decision', stale, { language: 'en', zone: 'Asia/Shanghai' })).toBe(
      'Decided not to send: the balance is older than the creditor allows a message to state, the balance is of Mon 2026-11-16 14:00 in Asia/Shanghai (2026-11-16T06:00:00Z), the bound is 36 h, rule decorum/fresh-balance. ' +
        'Came out 50 times, last at Thu 2026-11-19 16:00 in Asia/Shanghai (2026-11-19T08:00:00Z).',
    )
    const handedOff = {
      ...stale,
      code: 'account_closed',
      rule: 'decorum/open-account',
      repeats: 1,
      accounts: [{ state: 'handed-off', asOf: null, freshForMs: null }],
    }
    expect(timelineWords('decision', handedOff)).toContain(
      'handed off to somebody else to collect, which is not payment',
    )
    expect(timelineWords('decision', handedOff, { language: 'zh-CN', zone: null })).toContain(
      '已移交他方催收（移交不等于已还款）',
    )
  })

  it('name the account whose step it was, where another one leads', () => {
    expect(
      timelineWords('reminder', {
        channel: 'sms',
        tone: 'gentle',
        rung: 'm1-day21',
        leadAccount: 'SL-1001-B',
        dueAt: null,
        status: 'sent',
        endReason: null,
      }),
    ).toBe(
      'Planned an SMS, gentle, step m1-day21 of account SL-1001-B, which leads because it is more days past due; now sent.',
    )
  })

  it('stand on the person’s own clock with UTC beside, and name the reminder for `explain`', () => {
    const entries = [
      {
        at: '2026-11-20T02:00:00Z',
        type: 'reminder' as const,
        id: '0190b3a2',
        seq: null,
        words: '',
        details: {
          channel: 'sms',
          tone: 'gentle',
          rung: 'm1',
          dueAt: '2026-11-20T02:00:00+00:00',
          status: 'sent',
          endReason: null,
        },
      },
      {
        at: '2026-11-20T02:00:01Z',
        type: 'decision' as const,
        id: '0190b3a2',
        seq: 1,
        words: '',
        details: { verdict: 'send', until: null, repeats: 1, zones: ['Asia/Shanghai'] },
      },
    ]
    expect(timelineInWords(entries, 'UTC', 'en').split('\n')).toEqual([
      'Local time in Asia/Shanghai, with UTC beside it. An id in brackets is the reminder’s, for `decorum explain`.',
      'Fri 2026-11-20 10:00 (2026-11-20T02:00:00Z)  Planned an SMS, gentle, step m1, due Fri 2026-11-20 10:00 in Asia/Shanghai (2026-11-20T02:00:00Z); now sent. [0190b3a2]',
      'Fri 2026-11-20 10:00 (2026-11-20T02:00:01Z)  Decided to send. [0190b3a2]',
    ])
    expect(timelineInWords(entries, 'UTC', 'zh-CN')).toContain(
      '2026-11-20（周五）10:00 (2026-11-20T02:00:00Z)  计划一条短信，温馨提醒，节点 m1',
    )
  })
})
