import { expect, it } from 'vitest'
import type { Evidence, LedgerAttempt, LedgerReminder } from './evidence.ts'
import { lost } from './lost.ts'

const TAKEN_AT = 1_000_000
const reminder = (origin: LedgerReminder['origin']) => ({ id: 'm', account: 'a', origin }) as LedgerReminder
const attempt = (status: LedgerAttempt['status']) => ({ id: 'm.1', reminderId: 'm', status }) as LedgerAttempt

/** One account whose step fell due; nothing stopped it, and no step is on record. */
const charged = (seen: { attempts?: LedgerAttempt[]; reminders?: LedgerReminder[]; look?: number }): number =>
  lost({
    ledger: {
      accounts: new Set(['a']),
      steps: new Set(),
      events: new Set(),
      permits: [],
      decisions: [],
      reminders: seen.reminders ?? [],
      attempts: seen.attempts ?? [],
      looks: new Map(seen.look === undefined ? [] : [['a', seen.look]]),
    },
    entries: [{ attempt: 'm.1' }],
    people: [{ id: 'p', accountId: 'a', climbs: true }],
    takenAt: TAKEN_AT,
    diary: {
      accounts: new Set(['a']),
      accepted: [],
      permits: [],
      events: [],
      stops: [],
      agentCalls: [{ recipient: 'p', ackedAt: 0 }],
    },
  } as unknown as Evidence).length

const later = TAKEN_AT + 1

it.each([
  ['nothing was ever sent to the person', { look: later }],
  [
    'the message before it was never sent',
    { look: later, reminders: [reminder('direct')], attempts: [attempt('not_sent')] },
  ],
  [
    'the message before it was refused by the provider',
    { look: later, reminders: [reminder('direct')], attempts: [attempt('rejected')] },
  ],
  ['a message was asked for and nothing has come of it yet', { look: later, reminders: [reminder('direct')] }],
  ['nobody will look at it again', { reminders: [reminder('direct')], attempts: [attempt('accepted')] }],
  [
    'it should have been looked at by now',
    { look: TAKEN_AT, reminders: [reminder('direct')], attempts: [attempt('accepted')] },
  ],
] as const)('a step that fell due and left no trace is lost when %s', (_when, seen) => {
  expect(charged(seen as Parameters<typeof charged>[0])).toBe(1)
})

it.each(['accepted', 'in_doubt'] as const)(
  'a step that waits its time after a message that went (%s) is not lost',
  (status) => {
    expect(charged({ look: later, reminders: [reminder('direct')], attempts: [attempt(status)] })).toBe(0)
  },
)
