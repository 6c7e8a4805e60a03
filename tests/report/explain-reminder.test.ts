import { describe, expect, it } from 'vitest'
import { OBJECTION_CODES } from '../../src/model/decision.ts'
import type { Facts } from '../../src/model/facts.ts'
import { REJECTION_CLASSES } from '../../src/model/delivery.ts'
import { ACCOUNT_STATES, REMINDER_STATUSES } from '../../src/model/vocabulary.ts'
import { explainReminder } from '../../src/report/explain.ts'
import { OBJECTION_WORDS } from '../../src/report/words/terms-en.ts'
import type { AttemptView, DecisionView, ReminderView } from '../../src/report/views/reminders.ts'

const deferred: DecisionView = {
  no: 1,
  at: '2026-11-23T15:00:00Z',
  lastAt: '2026-11-23T16:00:00Z',
  repeats: 3,
  verdict: 'defer',
  until: '2026-11-24T13:00:00Z',
  candidateZones: ['America/New_York', 'America/Los_Angeles'],
  packs: [{ id: 'us-reg-f', version: '2026-11-01' }],
  zoneData: '2026f',
  attemptNo: null,
  reasons: [
    {
      code: 'outside_contact_window',
      rule: 'us-reg-f/contact-window',
      pack: 'us-reg-f',
      version: '2026-11-01',
      citation: '12 CFR 1006.6(b)(1)(i)',
      verified: true,
      until: '2026-11-24T13:00:00Z',
    },
  ],
}

const sent: DecisionView = {
  ...deferred,
  no: 2,
  at: '2026-11-24T16:00:00Z',
  repeats: 1,
  verdict: 'send',
  until: '2026-11-25T02:00:00Z',
  reasons: [],
  attemptNo: 1,
}

const attempt: AttemptView = {
  no: 1,
  channel: 'sms',
  route: 'sms-main',
  provider: 'twilio',
  address: { id: '0190b3a2-7c1e-7000-8000-0000000000aa', kind: 'mobile', country: 'US' },
  status: 'accepted',
  reservedAt: '2026-11-24T16:00:00Z',
  goodUntil: '2026-11-24T16:05:00Z',
  settledAt: '2026-11-24T16:00:01Z',
  template: 'default',
  templateVersion: 'abc',
  locale: 'en',
  messageHash: 'ff00',
  providerRef: 'SM1',
  rejection: null,
  code: null,
  detail: null,
  delivery: { state: 'delivered', final: true, code: null, at: '2026-11-24T16:00:05Z' },
  resolvedBy: null,
  receipts: [
    { state: 'sent', final: false, code: null, saidAt: null, receivedAt: '2026-11-24T16:00:03Z', changed: true },
    { state: 'delivered', final: true, code: null, saidAt: null, receivedAt: '2026-11-24T16:00:05Z', changed: true },
    { state: 'sent', final: false, code: null, saidAt: null, receivedAt: '2026-11-24T16:00:09Z', changed: false },
  ],
}

const reminder = (over: Partial<ReminderView> = {}): ReminderView => ({
  id: '0190b3a2-7c1e-7000-8000-000000000001',
  creditor: 'lakeside',
  status: 'delivered',
  recipientId: 'P-1',
  accountIds: ['A-1', 'A-2'],
  live: true,
  origin: 'ladder',
  kind: 'reminder',
  mode: 'automated',
  tone: 'neutral',
  channel: 'sms',
  fallbackChannels: [],
  follows: null,
  template: 'default',
  ladder: { id: 'default', version: '1a2b', rung: 'm1-first' },
  route: 'sms-main',
  dueAt: '2026-11-23T15:00:00Z',
  nextAt: '2026-11-24T16:00:00Z',
  expiresAt: '2026-11-26T15:00:00Z',
  endReason: null,
  createdAt: '2026-11-23T15:00:00Z',
  updatedAt: '2026-11-24T16:00:05Z',
  decisions: [deferred, sent],
  attempts: [attempt],
  ...over,
})

const facts: Facts = {
  reminder: { channel: 'sms', tone: 'neutral', kind: 'reminder', mode: 'automated', expiresAt: null },
  address: {
    id: 'address-1',
    kind: 'mobile',
    relation: 'self',
    country: 'US',
    zones: ['America/New_York'],
    subdivisions: ['US-NY'],
  },
  recipient: {
    id: 'r',
    timeZone: null,
    jurisdiction: 'US-NY',
    locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-CA', timeZone: null, at: 0 }],
    blockedTimes: [],
  },
  accounts: [
    {
      id: 'a',
      role: 'collector',
      product: 'loan',
      dueDate: '2026-11-01',
      daysPastDue: 23,
      state: 'open',
      spell: '1',
      asOf: Date.parse('2026-11-24T00:00:00Z'),
      freshForMs: null,
    },
  ],
  contacts: [],
  events: [],
  holds: [
    { kind: 'dispute', account: null, from: Date.parse('2026-11-01T00:00:00Z'), until: null },
    {
      kind: 'promise',
      account: null,
      from: Date.parse('2026-11-01T00:00:00Z'),
      until: Date.parse('2026-11-02T00:00:00Z'),
    },
  ],
  suppressions: [],
  consents: [],
  system: null,
}

describe('the explanation of a reminder', () => {
  const lines = explainReminder(reminder(), { facts })
  const whole = lines.join('\n')

  it('tells each decision on the clock of every place where the person may be', () => {
    expect(whole).toContain(
      'wait until Tue 2026-11-24 08:00 in America/New_York; Tue 2026-11-24 05:00 in America/Los_Angeles (2026-11-24T13:00:00Z)',
    )
    expect(whole).toContain('the same came out 3 times')
  })

  it('names the rule, its version and its citation for each reason', () => {
    expect(whole).toContain(
      'rule us-reg-f/contact-window (us-reg-f 2026-11-01), 12 CFR 1006.6(b)(1)(i) [outside_contact_window]',
    )
  })

  it('says when a citation was not verified', () => {
    const unsure = { ...deferred, reasons: deferred.reasons.map((reason) => ({ ...reason, verified: false })) }
    expect(explainReminder(reminder({ decisions: [unsure] }), { facts: null }).join('\n')).toContain(
      '(citation not verified)',
    )
  })

  it('tells what was known: the account, the places, the address by its kind, what stood then', () => {
    expect(whole).toContain(
      'account: open, 23 days past due, unpaid since 2026-11-01, loan, collector; balance as of Mon 2026-11-23 19:00 in America/New_York (2026-11-24T00:00:00Z)',
    )
    expect(whole).toContain('where the person may be: America/New_York, America/Los_Angeles (US-NY, US-CA)')
    expect(whole).toContain('address: mobile, of US, relation self')
    expect(whole).toContain('on hold: dispute')
    expect(whole, 'a hold that had ended by then is not told').not.toContain('on hold: promise')
  })

  it('tells the attempt and what the provider said, late words too', () => {
    expect(whole).toContain('through route sms-main (twilio), was accepted by the provider')
    expect(whole).toContain('the provider says that it was delivered')
    expect(whole).toContain('it changed nothing')
  })

  it('ends with one sentence for every status a reminder can have', () => {
    for (const status of REMINDER_STATUSES) {
      const last = explainReminder(reminder({ status }), { facts }).at(-1)
      expect(last, status).toMatch(/^In short: it .+\.$/)
    }
  })

  it('says of one that may have gone out that it is never sent again by itself', () => {
    expect(explainReminder(reminder({ status: 'in_doubt' }), { facts }).at(-1)).toContain('never sent again by itself')
  })

  it('gives the binding reason of one that was refused', () => {
    const refused: DecisionView = {
      ...deferred,
      verdict: 'refuse',
      until: null,
      reasons: [
        {
          ...(deferred.reasons[0] as DecisionView['reasons'][number]),
          code: 'suppressed',
          rule: 'decorum/stop',
          until: null,
        },
      ],
    }
    expect(
      explainReminder(reminder({ status: 'refused', decisions: [refused], attempts: [] }), { facts: null }).at(-1),
    ).toBe('In short: it was not sent because contact was stopped (decorum/stop).')
  })

  it('says of a refusal that more knowledge cures that it waits, and of any other that it is not sent; the end agrees', () => {
    const refused = (code: 'stale_balance' | 'suppressed'): DecisionView => ({
      ...deferred,
      verdict: 'refuse',
      until: null,
      reasons: [{ ...(deferred.reasons[0] as DecisionView['reasons'][number]), code, rule: 'decorum/x', until: null }],
    })
    const waiting = explainReminder(
      reminder({ status: 'scheduled', decisions: [refused('stale_balance')], attempts: [] }),
      { facts: null },
    )
    expect(waiting.join('\n')).toContain(
      'not now, and nothing known says when: it is asked again when facts change, until its deadline',
    )
    expect(waiting.join('\n')).not.toContain('do not send')
    expect(waiting.at(-1)).toMatch(/^In short: it waits because the balance is older .* it is decided again at /)
    expect(
      explainReminder(reminder({ status: 'refused', decisions: [refused('suppressed')], attempts: [] }), {
        facts: null,
      }).join('\n'),
    ).toContain(': do not send')
  })

  it('calls a debt that was handed off handed off, and says whose step it was', () => {
    const closed: DecisionView = {
      ...deferred,
      verdict: 'refuse',
      until: null,
      reasons: [
        {
          ...(deferred.reasons[0] as DecisionView['reasons'][number]),
          code: 'account_closed',
          rule: 'decorum/open-account',
          until: null,
        },
      ],
    }
    const handedOff = {
      ...facts,
      accounts: facts.accounts.map((account) => ({ ...account, state: 'handed-off' as const })),
    }
    const whole = explainReminder(reminder({ status: 'refused', decisions: [closed], attempts: [] }), {
      facts: handedOff,
    }).join('\n')
    expect(whole).toContain('because the account was handed off to somebody else to collect, which is not payment')
    expect(whole).not.toMatch(/\bpaid\b|overdue any more/)
    expect(whole).toContain('step m1-first of ladder default (version 1a2b), the step of account A-1, which leads')
  })

  it('has every status, state and word of it in Chinese, without an English word but ids', () => {
    for (const status of REMINDER_STATUSES) {
      const text = explainReminder(reminder({ status, accountIds: ['1', '2'] }), { facts, language: 'zh-CN' }).join(
        '\n',
      )
      const words = text
        .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '')
        .replace(/12 CFR [\d.()a-z]+/g, '')
        .replace(/America\/[A-Za-z_]+|[a-z0-9-]+\/[a-z0-9-]+|\[[a-z_]+\]/g, '')
        .replace(
          /us-reg-f|0190b3a2-[0-9a-f-]+|lakeside|default|m1-first|sms-main|twilio|ff00|abc|SM1|loan|P-1|1a2b|US-(?:NY|CA)|\bUS\b|\ben\b/g,
          '',
        )
      expect(words.match(/[A-Za-z]{2,}/g), text).toBeNull()
    }
  })

  it('says in Chinese whatever a reminder can end with', () => {
    const ends = [
      ...ACCOUNT_STATES.filter((state) => state !== 'open'),
      ...REJECTION_CLASSES.map((kind) => `provider_${kind}`),
      'provider_failed',
      'no_answer',
      'words_unavailable',
      'recipient_changed',
      'moved_by_payment',
      'payment_reversed',
      'asked by 柜员 7',
    ]
    for (const endReason of ends) {
      const lines = explainReminder(reminder({ status: 'cancelled', endReason, decisions: [], attempts: [] }), {
        facts: null,
        language: 'zh-CN',
      })
      expect(lines.at(-1)).toMatch(/^结论：已取消：[^A-Za-z]+。$/)
    }
  })

  it('says so when nothing was decided or tried yet', () => {
    const fresh = explainReminder(reminder({ status: 'scheduled', decisions: [], attempts: [] }), { facts: null }).join(
      '\n',
    )
    expect(fresh).toContain('nothing yet')
    expect(fresh).toContain('no provider was called')
  })

  it('has words for every code of the decide contract', () => {
    expect(Object.keys(OBJECTION_WORDS).sort()).toEqual([...OBJECTION_CODES].sort())
  })
})
