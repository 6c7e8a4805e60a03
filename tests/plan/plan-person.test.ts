import { describe, expect, it } from 'vitest'
import { DAY } from '../../src/model/time.ts'
import { planRecipient } from '../../src/plan/plan-recipient.ts'
import type { RecipientPlan } from '../../src/plan/recipient-plan.ts'
import { account, arrivedAt, at, ladderOf, onDay, recipient, planned, shipped, stored } from './people.ts'

const skips = (plan: RecipientPlan) =>
  Object.fromEntries(plan.records.filter((r) => r.outcome === 'skipped').map((r) => [r.rung, r.reason]))
const rungs = (plan: RecipientPlan) => plan.reminders.map((r) => r.rung)
const look = (plan: RecipientPlan) => plan.accounts[0]?.nextLookAt ?? null
const upTo = (...ids: string[]) =>
  ids.map((rung, i) => ({ rung, pass: 1, state: 'planned' as const, at: onDay(i - 3) }))

describe('a rung that falls due', () => {
  it('becomes a reminder at ten in the morning of the creditor, and not a minute before', () => {
    const a = account({ handled: upTo('m0-heads-up', 'm0-due-day') })
    const early = planRecipient(recipient([a]), onDay(1, '09:59'))
    expect(early.reminders).toEqual([])
    expect(look(early)).toBe(onDay(1))
    const due = planRecipient(recipient([a]), onDay(1))
    expect(due.reminders).toEqual([
      {
        accountIds: ['a-1'],
        leadAccountId: 'a-1',
        spellId: 's-1',
        pass: 1,
        rung: 'm1-day1',
        ladder: { id: 'cn-consumer-loan', version: 'v1' },
        tone: 'gentle',
        kind: 'reminder',
        mode: 'automated',
        channels: ['sms'],
        template: 'cn-consumer-loan',
        dueAt: onDay(1),
        expiresAt: onDay(3),
      },
    ])
    expect(due.records).toEqual([
      {
        accountId: 'a-1',
        spellId: 's-1',
        pass: 1,
        rung: 'm1-day1',
        outcome: 'planned',
        reason: null,
        detail: null,
        at: onDay(1),
      },
    ])
    expect(look(due)).toBe(onDay(3))
  })

  it("waits for the hour at which the day's payments are known", () => {
    const a = account({ handled: upTo('m0-heads-up', 'm0-due-day') })
    const late = recipient([a], { bookCutOff: '11:30' })
    expect(planRecipient(late, onDay(1, '10:30')).reminders).toEqual([])
    expect(planRecipient(late, onDay(1, '11:30')).reminders[0]?.dueAt).toBe(onDay(1, '11:30'))
  })

  it('is not planned twice', () => {
    const before = recipient([account({ handled: upTo('m0-heads-up', 'm0-due-day') })])
    const after = stored(before, planRecipient(before, onDay(1)))
    expect(planRecipient(after, onDay(1, '10:05')).reminders).toEqual([])
  })

  it('is judged when it falls due, not in the morning before', () => {
    const ladder = ladderOf({
      rungs: [
        {
          id: 'noon',
          at: { dpd: 1, time: '12:00' },
          stage: 'M1',
          tone: 'gentle',
          channels: ['sms'],
          requires: ['nextStep'],
        },
      ],
    })
    const a = account({ ladder, availableFacts: [], lastToneSent: 'gentle' })
    expect(planRecipient(recipient([a]), onDay(1, '10:00')).records).toEqual([])
    expect(skips(planRecipient(recipient([a]), onDay(1, '12:00')))).toEqual({ noon: 'facts_missing' })
  })

  it('is overtaken when a later one went first while it waited for an address', () => {
    const ladder = ladderOf({
      defaults: { expiresAfter: '9d' },
      rungs: [
        { id: 'call', at: { dpd: 1 }, stage: 'M1', tone: 'gentle', channels: ['phone'] },
        { id: 'text', at: { dpd: 3 }, stage: 'M1', tone: 'gentle', channels: ['sms'] },
      ],
    })
    const mute = recipient([account({ ladder })], { channels: ['sms'] })
    const day3 = planRecipient(mute, onDay(3))
    expect(rungs(day3)).toEqual(['text'])
    const reachable = { ...stored(mute, day3), channels: ['sms', 'phone'] as const }
    expect(planRecipient({ ...reachable, channels: [...reachable.channels] }, onDay(5)).records).toMatchObject([
      { rung: 'call', reason: 'overtaken', detail: 'text' },
    ])
  })

  it('becomes a task when the step is for a person, with what to do', () => {
    const a = account({ handled: planned(['m1-day7', 7]), lastToneSent: 'neutral' })
    const plan = planRecipient(
      recipient([{ ...a, handled: [...upTo('m0-heads-up', 'm0-due-day', 'm1-day1', 'm1-day3'), ...a.handled] }]),
      onDay(10),
    )
    expect(plan.reminders).toEqual([])
    expect(plan.tasks).toMatchObject([{ rung: 'm1-day10', accountIds: ['a-1'], tone: 'neutral', channels: ['phone'] }])
    expect(plan.tasks[0]?.instructions).not.toBe('')
  })

  it.each(['cured', 'settled', 'withdrawn', 'charged-off', 'handed-off'] as const)(
    'is not looked at when the account is %s',
    (state) => {
      const plan = planRecipient(recipient([account({ state })]), onDay(40))
      expect(plan).toMatchObject({ reminders: [], tasks: [], records: [], handOffProposals: [] })
      expect(look(plan)).toBeNull()
    },
  )

  it('keeps its channels in order and only those with a usable address', () => {
    const ladder = ladderOf({
      rungs: [{ id: 'r', at: { dpd: 3 }, stage: 'M1', tone: 'gentle', channels: ['phone', 'email', 'sms'] }],
    })
    const plan = planRecipient(recipient([account({ ladder })], { channels: ['sms', 'phone'] }), onDay(3))
    expect(plan.reminders[0]?.channels).toEqual(['phone', 'sms'])
  })

  it('waits for a usable address while it is fresh, and is then recorded so', () => {
    const ladder = ladderOf({ rungs: [{ id: 'r', at: { dpd: 3 }, stage: 'M1', tone: 'gentle', channels: ['sms'] }] })
    const mute = recipient([account({ ladder })], { channels: ['email'] })
    expect(planRecipient(mute, onDay(3)).records).toEqual([])
    expect(look(planRecipient(mute, onDay(3)))).toBe(onDay(6))
    expect(skips(planRecipient(mute, onDay(6)))).toEqual({ r: 'no_usable_address' })
  })
})

describe('an account that comes late', () => {
  it.each([
    { dpd: 5, rung: 'm1-day3', tone: 'gentle', task: [] },
    { dpd: 12, rung: 'm1-day7', tone: 'neutral', task: ['m1-day10'] },
    { dpd: 29, rung: 'm1-day21', tone: 'neutral', task: ['m1-day27'] },
    { dpd: 45, rung: 'm2-day45', tone: 'neutral', task: [] },
    { dpd: 58, rung: 'm2-day55', tone: 'neutral', task: [] },
    { dpd: 80, rung: 'm3-day75', tone: 'neutral', task: ['m3-day76'] },
  ])('on day $dpd enters at $rung, in a $tone tone, and nothing before it is repeated', ({ dpd, rung, tone, task }) => {
    const plan = planRecipient(recipient([arrivedAt(onDay(dpd, '15:00'))]), onDay(dpd, '15:00'))
    expect(plan.reminders.map((r) => [r.rung, r.tone, r.dueAt])).toEqual([[rung, tone, onDay(dpd, '15:00')]])
    expect(plan.tasks.map((t) => t.rung)).toEqual(task)
    const ladder = shipped('cn-consumer-loan')
    const earlier = ladder.rungs.filter(
      (r) => r.at.dpd !== undefined && r.at.dpd <= dpd && r.id !== rung && !task.includes(r.id),
    )
    expect(skips(plan)).toEqual(Object.fromEntries(earlier.map((r) => [r.id, 'entered_late'])))
  })

  it("waits for ten o'clock when it comes in the night", () => {
    const plan = planRecipient(recipient([arrivedAt(onDay(12, '03:00'))]), onDay(12, '03:00'))
    expect(plan.reminders).toEqual([])
    expect(look(plan)).toBe(onDay(12))
  })

  it("becomes a person's task and no message where its stage has had only a person's step", () => {
    const plan = planRecipient(recipient([arrivedAt(onDay(62, '12:00'))]), onDay(62, '12:00'))
    expect(plan.reminders).toEqual([])
    expect(plan.tasks.map((t) => t.rung)).toEqual(['m3-day61'])
  })

  it('waits for the next rung when its stage has had none', () => {
    const ladder = ladderOf({
      rungs: [
        { id: 'one', at: { dpd: 5 }, stage: 'M1', tone: 'gentle', channels: ['sms'] },
        { id: 'two', at: { dpd: 50 }, stage: 'M2', tone: 'firm', channels: ['sms'] },
      ],
    })
    const plan = planRecipient(recipient([arrivedAt(onDay(35, '12:00'), { ladder })]), onDay(35, '12:00'))
    expect(plan.reminders).toEqual([])
    expect(skips(plan)).toEqual({ one: 'entered_late' })
    expect(look(plan)).toBe(onDay(50))
  })

  it('gets no heads-up for a due date that has come meanwhile', () => {
    const plan = planRecipient(recipient([arrivedAt(onDay(0, '12:00'))]), onDay(0, '12:00'))
    expect(plan.reminders).toEqual([])
    expect(skips(plan)).toMatchObject({ 'm0-heads-up': 'entered_late' })
  })

  it('is not met with firmer words because a firmer fact is missing: neutral words need none', () => {
    const plan = planRecipient(recipient([arrivedAt(onDay(45, '12:00'), { availableFacts: [] })]), onDay(45, '12:00'))
    expect(plan.reminders.map((r) => [r.rung, r.tone])).toEqual([['m2-day45', 'neutral']])
  })

  it('past the hand-off day is proposed for hand-off and hears nothing from the machine', () => {
    const plan = planRecipient(recipient([arrivedAt(onDay(200, '12:00'))]), onDay(200, '12:00'))
    expect(plan.reminders).toEqual([])
    expect(plan.tasks).toEqual([])
    expect(plan.handOffProposals).toMatchObject([{ accountId: 'a-1', daysPastDue: 200 }])
  })
})

describe('after downtime', () => {
  const reached = upTo('m0-heads-up', 'm0-due-day')

  it('one step is caught up today, the next not before tomorrow', () => {
    const ladder = ladderOf({
      defaults: { expiresAfter: '10d' },
      rungs: [1, 3, 5].map((dpd) => ({ id: `day${dpd}`, at: { dpd }, stage: 'M1', tone: 'gentle', channels: ['sms'] })),
    })
    let p = recipient([account({ ladder })])
    const days: [string, string[]][] = []
    for (const [day, time] of [
      [6, '12:00'],
      [6, '18:00'],
      [7, '10:00'],
      [8, '10:00'],
      [9, '10:00'],
    ] as const) {
      const plan = planRecipient(p, onDay(day, time))
      days.push([`${day} ${time}`, rungs(plan)])
      p = stored(p, plan)
    }
    expect(days).toEqual([
      ['6 12:00', ['day1']],
      ['6 18:00', []],
      ['7 10:00', ['day3']],
      ['8 10:00', ['day5']],
      ['9 10:00', []],
    ])
  })

  it("a step of the person's other account is not caught up on the same day", () => {
    const p = recipient([account({ handled: reached })], { lastCatchUpOn: '2026-11-22' })
    const plan = planRecipient(p, onDay(2, '12:00'))
    expect(plan.reminders).toEqual([])
    expect(look(plan)).toBe(onDay(3))
  })

  it('late accounts that share no channel are caught up on different days', () => {
    const by = (channel: string) =>
      ladderOf({ rungs: [{ id: channel, at: { dpd: 1 }, stage: 'M1', tone: 'gentle', channels: [channel] }] })
    const p = recipient([account({ id: 'a', ladder: by('sms') }), account({ id: 'b', ladder: by('email') })])
    const first = planRecipient(p, onDay(2, '12:00'))
    expect(rungs(first)).toEqual(['sms'])
    expect(first.accounts.find((a) => a.accountId === 'b')?.nextLookAt).toBe(onDay(3))
    expect(rungs(planRecipient(stored(p, first), onDay(3)))).toEqual(['email'])
  })

  it('an account that comes when the machine has already spoken today waits for tomorrow', () => {
    const p = recipient([account({ handled: reached })])
    const morning = stored(p, planRecipient(p, onDay(1)))
    const joined = {
      ...morning,
      accounts: [...morning.accounts, arrivedAt(onDay(1, '15:00'), { id: 'b', dueDate: '2026-11-12' })],
    }
    const plan = planRecipient(joined, onDay(1, '15:00'))
    expect(plan.reminders).toEqual([])
    expect(plan.accounts.find((a) => a.accountId === 'b')?.nextLookAt).toBe(onDay(2))
  })

  it('a step about to go stale does not wait for company', () => {
    const soon = ladderOf({
      rungs: [{ id: 'soon', at: { dpd: 1 }, stage: 'M1', tone: 'gentle', channels: ['sms'], expiresAfter: '26h' }],
    })
    const later = ladderOf({
      rungs: [{ id: 'later', at: { dpd: 2, time: '14:00' }, stage: 'M1', tone: 'gentle', channels: ['sms'] }],
    })
    const plan = planRecipient(
      recipient([account({ id: 'a', ladder: soon }), account({ id: 'b', ladder: later })]),
      onDay(2, '11:00'),
    )
    expect(plan.reminders.map((r) => r.accountIds)).toEqual([['a']])
  })

  it('what is stale is recorded, not sent', () => {
    const plan = planRecipient(recipient([account({ handled: reached })]), onDay(6, '10:30'))
    expect(rungs(plan)).toEqual([])
    expect(skips(plan)).toEqual({ 'm1-day1': 'stale', 'm1-day3': 'stale' })
  })

  it('a caught-up step keeps its time of day', () => {
    const p = recipient([account({ handled: reached })])
    expect(planRecipient(p, onDay(2, '03:00')).reminders).toEqual([])
    expect(look(planRecipient(p, onDay(2, '03:00')))).toBe(onDay(2))
    expect(planRecipient(p, onDay(2, '10:00'))).toMatchObject({
      caughtUpOn: '2026-11-22',
      reminders: [{ rung: 'm1-day1', dueAt: onDay(2) }],
    })
  })

  it('a step never follows the one before it sooner than the ladder allows', () => {
    const ladder = ladderOf({
      rungs: [
        { id: 'a', at: { dpd: 1 }, stage: 'M1', tone: 'gentle', channels: ['sms'] },
        { id: 'b', at: { dpd: 3 }, stage: 'M1', tone: 'gentle', channels: ['sms'], minimumDwell: '48h' },
      ],
    })
    const a = account({ ladder, handled: [{ rung: 'a', pass: 1, state: 'planned', at: onDay(2, '12:00') }] })
    const plan = planRecipient(recipient([a]), onDay(3))
    expect(plan.reminders).toEqual([])
    expect(look(plan)).toBe(onDay(4, '12:00'))
  })
})

describe('a payment', () => {
  it('of part moves the account to the step of its new days past due; nothing is repeated, later steps come again', () => {
    const paid = account({
      dueDate: '2026-12-20',
      spell: {
        id: 's-1',
        pass: 2,
        startedOn: '2026-11-10',
        enteredAt: at('2026-12-25T08:00:00Z'),
        enteredDpd: 5,
        enteredBy: 'payment',
      },
      handled: planned(['m1-day7', 7], ['m1-day15', 15], ['m2-day31', 31]),
      lastToneSent: 'firm',
      firstMessageAt: onDay(1),
    })
    const now = at('2026-12-25T08:00:00Z')
    const plan = planRecipient(recipient([paid]), now)
    expect(plan.reminders).toEqual([])
    expect(skips(plan)).toEqual({
      'm0-heads-up': 'moved_by_payment',
      'm0-due-day': 'moved_by_payment',
      'm1-day1': 'moved_by_payment',
      'm1-day3': 'moved_by_payment',
    })
    const later = planRecipient(stored(recipient([paid]), plan), at('2026-12-27T02:00:00Z'))
    expect(later.reminders).toMatchObject([{ rung: 'm1-day7', pass: 2, tone: 'neutral' }])
  })

  it('on the very day of a rung leaves that rung out too', () => {
    const now = onDay(15, '08:00')
    const paid = account({
      spell: { id: 's-1', pass: 2, startedOn: '2026-11-10', enteredAt: now, enteredDpd: 15, enteredBy: 'payment' },
    })
    expect(skips(planRecipient(recipient([paid]), now))).toHaveProperty('m1-day15', 'moved_by_payment')
  })

  it('that was taken back resumes after a day, no firmer than the last word before', () => {
    const back = onDay(40, '12:00')
    const a = account({
      spell: { id: 's-1', pass: 2, startedOn: '2026-11-10', enteredAt: back, enteredDpd: 40, enteredBy: 'reversal' },
      handled: planned(['m1-day1', 1]),
      lastToneSent: 'gentle',
      firstMessageAt: onDay(1),
      notBefore: back + DAY,
      toneCeiling: 'gentle',
    })
    const wait = planRecipient(recipient([a]), back)
    expect(wait.reminders).toEqual([])
    expect(look(wait)).toBe(back + DAY)
    const plan = planRecipient(stored(recipient([a]), wait), back + DAY)
    expect(plan.reminders).toMatchObject([{ rung: 'm2-day31', tone: 'gentle' }])
    expect(skips(wait)).toHaveProperty('m1-day7', 'resumed_after_reversal')
  })

  it('that was taken back keeps also the next rung waiting until the pause is over', () => {
    const back = onDay(14, '18:00')
    const a = account({
      spell: { id: 's-1', pass: 2, startedOn: '2026-11-10', enteredAt: back, enteredDpd: 14, enteredBy: 'reversal' },
      handled: planned(['m1-day7', 7]),
      lastToneSent: 'neutral',
      toneCeiling: 'neutral',
      notBefore: back + DAY,
    })
    const p = stored(recipient([a]), planRecipient(recipient([a]), back))
    expect(planRecipient(p, onDay(15)).reminders).toEqual([])
    expect(look(planRecipient(p, onDay(15)))).toBe(back + DAY)
    expect(rungs(planRecipient(p, back + DAY))).toEqual(['m1-day15'])
  })

  it('that was taken back does not repeat a step already carried out', () => {
    const back = onDay(9, '12:00')
    const a = account({
      spell: { id: 's-1', pass: 2, startedOn: '2026-11-10', enteredAt: back, enteredDpd: 9, enteredBy: 'reversal' },
      handled: planned(['m1-day7', 7]),
      lastToneSent: 'neutral',
      toneCeiling: 'neutral',
      notBefore: back + DAY,
    })
    expect(skips(planRecipient(recipient([a]), back))).toHaveProperty('m1-day7', 'already_done')
  })
})

describe('a promise', () => {
  const handled = upTo('m0-heads-up', 'm0-due-day', 'm1-day1', 'm1-day3')

  it('keeps the ladder silent while it is open, and says so', () => {
    const a = account({ handled, holds: [{ kind: 'promise', from: onDay(5), until: onDay(10, '00:00') }] })
    expect(skips(planRecipient(recipient([a]), onDay(7)))).toEqual({ 'm1-day7': 'promise_open' })
  })

  it.each([
    ['gentle', 'gentle'],
    ['neutral', 'neutral'],
    ['firm', 'neutral'],
  ] as const)('that was broken after %s words is met with %s ones', (last, tone) => {
    const a = account({
      handled: [...handled, ...planned(['m1-day7', 7])],
      lastToneSent: last,
      events: [{ type: 'promise-broken', kind: null, at: onDay(9, '00:00') }],
    })
    expect(planRecipient(recipient([a]), onDay(9)).reminders).toMatchObject([
      { rung: 'broken-promise', tone, dueAt: onDay(9) },
    ])
  })

  it("found broken in the afternoon is spoken of from then on, not from ten o'clock", () => {
    const a = account({
      handled: [...handled, ...planned(['m1-day7', 7])],
      lastToneSent: 'neutral',
      events: [{ type: 'promise-broken', kind: null, at: onDay(9, '15:00') }],
    })
    expect(planRecipient(recipient([a]), onDay(9, '15:00')).reminders).toMatchObject([
      { rung: 'broken-promise', dueAt: onDay(9, '15:00') },
    ])
  })

  it('broken before a payment moved the account is not spoken of any more', () => {
    const a = account({
      spell: { ...account().spell, pass: 2, enteredAt: onDay(9, '08:00'), enteredDpd: 9, enteredBy: 'payment' },
      lastToneSent: 'neutral',
      events: [{ type: 'promise-broken', kind: null, at: onDay(9, '00:00') }],
    })
    expect(rungs(planRecipient(recipient([a]), onDay(9)))).toEqual([])
  })
})

describe('what keeps a rung from being sent', () => {
  const handled = upTo('m0-heads-up', 'm0-due-day')
  const due = (changes: Parameters<typeof account>[0]) =>
    planRecipient(recipient([account({ handled, ...changes })]), onDay(1))

  it('a payment in flight', () => {
    expect(skips(due({ holds: [{ kind: 'payment-pending', from: onDay(0), until: null }] }))).toEqual({
      'm1-day1': 'payment_in_flight',
    })
  })
  it('an amount too small to chase, by the ladder or by the creditor', () => {
    expect(skips(due({ overdueMinor: 99n }))).toEqual({ 'm1-day1': 'below_tolerance' })
    expect(rungs(due({ overdueMinor: 100n }))).toEqual(['m1-day1'])
    expect(skips(due({ overdueMinor: 100n, toleranceMinor: 101n }))).toEqual({ 'm1-day1': 'below_tolerance' })
    const ladder = ladderOf({
      rungs: [{ id: 'r', at: { dpd: 1 }, stage: 'M1', tone: 'gentle', channels: ['sms'], skipIf: [] }],
    })
    expect(skips(due({ ladder, overdueMinor: 0n }))).toEqual({ r: 'below_tolerance' })
  })
  it('the days of grace, except for rungs that may speak in them', () => {
    expect(skips(due({ graceDays: 1 }))).toEqual({ 'm1-day1': 'within_grace' })
    const ladder = shipped('us-first-party-loan')
    expect(
      rungs(
        planRecipient(
          recipient([
            account({
              ladder,
              graceDays: 10,
              currency: 'USD',
              handled: [{ rung: 'heads-up', pass: 1, state: 'planned', at: onDay(-5) }],
            }),
          ]),
          onDay(2),
        ),
      ),
    ).toEqual(['day2'])
  })
  it('an auto-debit, on the due date, also when nobody said whether there is one', () => {
    const onDueDay = (autoDebit: boolean | null) =>
      planRecipient(recipient([account({ autoDebit, handled: upTo('m0-heads-up') })]), onDay(0))
    expect(skips(onDueDay(true))).toEqual({ 'm0-due-day': 'auto_debit' })
    expect(skips(onDueDay(null))).toEqual({ 'm0-due-day': 'auto_debit' })
    expect(rungs(onDueDay(false))).toEqual(['m0-due-day'])
  })
  it('a fact without which the words would not be true, by name', () => {
    const a = account({
      handled: [
        ...handled,
        ...planned(
          ['m1-day1', 1],
          ['m1-day3', 3],
          ['m1-day7', 7],
          ['m1-day10', 10],
          ['m1-day15', 15],
          ['m1-day21', 21],
          ['m1-day27', 27],
        ),
      ],
      lastToneSent: 'neutral',
      availableFacts: ['lateInterest'],
    })
    expect(planRecipient(recipient([a]), onDay(31)).records).toMatchObject([
      { rung: 'm2-day31', reason: 'facts_missing', detail: 'reportsToBureau' },
    ])
  })
  it('a conversation in the last ten days, for the robot call of day 45', () => {
    const done = [
      'm1-day1',
      'm1-day3',
      'm1-day7',
      'm1-day10',
      'm1-day15',
      'm1-day21',
      'm1-day27',
      'm2-day31',
      'm2-day36',
    ].map((rung) => ({ rung, pass: 1, state: 'planned' as const, at: onDay(36) }))
    const p = (lastConversationAt: number | null) =>
      recipient([account({ handled: [...handled, ...done], lastToneSent: 'firm' })], { lastConversationAt })
    expect(skips(planRecipient(p(onDay(36)), onDay(45)))).toEqual({ 'm2-day45': 'recent_conversation' })
    expect(rungs(planRecipient(p(onDay(35)), onDay(45)))).toEqual(['m2-day45'])
  })

  it('a hold: the rung waits, and is recorded when it has become stale meanwhile', () => {
    const held = account({ handled, holds: [{ kind: 'dispute', from: onDay(0), until: null }] })
    const waiting = planRecipient(recipient([held]), onDay(1))
    expect(waiting.records).toEqual([])
    expect(look(waiting)).toBe(onDay(3))
    expect(skips(planRecipient(recipient([held]), onDay(3, '09:00')))).toEqual({})
    expect(skips(planRecipient(recipient([held]), onDay(3)))).toEqual({ 'm1-day1': 'on_hold' })
    const ended = account({ handled, holds: [{ kind: 'dispute', from: onDay(0), until: onDay(2, '09:00') }] })
    expect(rungs(planRecipient(recipient([ended]), onDay(2)))).toEqual(['m1-day1'])
  })
})

describe('the risk band', () => {
  it('low starts on day three and is not called by a robot', () => {
    const low = account({ riskBand: 'low', autoDebit: false })
    expect(skips(planRecipient(recipient([low]), onDay(-3)))).toEqual({ 'm0-heads-up': 'band' })
    expect(
      planRecipient(recipient([{ ...low, handled: upTo('m0-heads-up', 'm0-due-day', 'm1-day1') }]), onDay(3)).reminders,
    ).toMatchObject([{ rung: 'm1-day3', channels: ['sms'] }])
  })
  it("high is a person's matter from day three", () => {
    const plan = planRecipient(
      recipient([account({ riskBand: 'high', handled: upTo('m0-heads-up', 'm0-due-day', 'm1-day1') })]),
      onDay(3),
    )
    expect(plan.reminders).toEqual([])
    expect(plan.tasks.map((t) => t.rung)).toEqual(['m1-day3'])
  })
  it('that nobody knows changes nothing', () => {
    expect(
      rungs(
        planRecipient(
          recipient([account({ riskBand: 'constructor', handled: upTo('m0-heads-up', 'm0-due-day') })]),
          onDay(1),
        ),
      ),
    ).toEqual(['m1-day1'])
  })
})

describe('several accounts of one person', () => {
  const handled = upTo('m0-heads-up', 'm0-due-day')
  const more = (id: string, changes: Parameters<typeof account>[0]) =>
    account({ id, spell: { ...account().spell, id: `s-${id}` }, ...changes })

  it('that fall due together become one reminder: the oldest leads, the gentlest tone speaks', () => {
    const done = ['m1-day1', 'm1-day3', 'm1-day7', 'm1-day10', 'm1-day15', 'm1-day21', 'm1-day27'].map((rung) => ({
      rung,
      pass: 1,
      state: 'planned' as const,
      at: onDay(0),
    }))
    const old = more('b', { dueDate: '2026-10-21', handled: [...handled, ...done], lastToneSent: 'neutral' })
    const young = more('a', { handled })
    const plan = planRecipient(recipient([young, old]), onDay(1))
    expect(plan.reminders).toHaveLength(1)
    expect(plan.reminders[0]).toMatchObject({
      accountIds: ['b', 'a'],
      leadAccountId: 'b',
      rung: 'm2-day31',
      tone: 'gentle',
      expiresAt: onDay(3),
    })
    expect(plan.records.map((r) => [r.accountId, r.rung, r.outcome])).toEqual([
      ['b', 'm2-day31', 'planned'],
      ['a', 'm1-day1', 'planned'],
    ])
  })

  it('with steps later the same day are gathered into the later hour', () => {
    const ladder = ladderOf({
      rungs: [{ id: 'noon', at: { dpd: 1, time: '12:00' }, stage: 'M1', tone: 'gentle', channels: ['sms'] }],
    })
    const plan = planRecipient(recipient([more('a', { handled }), more('b', { ladder })]), onDay(1))
    expect(plan.reminders).toMatchObject([{ accountIds: ['a', 'b'], dueAt: onDay(1, '12:00') }])
  })

  it('that share no channel, or no currency, are not gathered', () => {
    const mail = ladderOf({ rungs: [{ id: 'mail', at: { dpd: 1 }, stage: 'M1', tone: 'gentle', channels: ['email'] }] })
    expect(
      planRecipient(recipient([more('a', { handled }), more('b', { ladder: mail })]), onDay(1)).reminders,
    ).toHaveLength(2)
    expect(
      planRecipient(recipient([more('a', { handled }), more('b', { handled, currency: 'USD' })]), onDay(1)).reminders,
    ).toHaveLength(2)
  })

  it('never drag another one into a final, nor does a final get lost in company', () => {
    const ladder = ladderOf({
      rungs: [{ id: 'last', at: { dpd: 75 }, stage: 'M3', tone: 'final', channels: ['sms'], requires: ['nextStep'] }],
    })
    const old = more('b', { ladder, dueDate: '2026-09-07', lastToneSent: 'firm', firstMessageAt: onDay(-50) })
    const plan = planRecipient(recipient([more('a', { handled }), old]), onDay(1))
    expect(plan.reminders.map((r) => [r.accountIds, r.tone])).toEqual([
      [['b'], 'final'],
      [['a'], 'gentle'],
    ])
  })

  it('that all came late are spoken of in one caught-up message', () => {
    const now = onDay(12, '15:00')
    const p = recipient(['a', 'b', 'c'].map((id) => arrivedAt(now, { id })))
    const plan = planRecipient(p, now)
    expect(plan.reminders.map((r) => r.accountIds)).toEqual([['a', 'b', 'c']])
    expect(plan.caughtUpOn).toBe('2026-12-02')
    expect(plan.tasks.map((t) => t.accountIds)).toEqual([['a', 'b', 'c']])
  })
})

describe('the end of the ladder', () => {
  const finalSent = account({
    handled: [
      ...upTo('m0-heads-up', 'm0-due-day'),
      ...shipped('cn-consumer-loan')
        .rungs.filter((r) => (r.at.dpd ?? 999) > 0 && (r.at.dpd ?? 999) <= 76)
        .map((r) => ({ rung: r.id, pass: 1, state: 'planned' as const, at: onDay(r.at.dpd as number) })),
    ],
    lastToneSent: 'final',
  })

  it('is a proposal to a person, made once', () => {
    const plan = planRecipient(recipient([finalSent]), onDay(91))
    expect(plan.handOffProposals).toEqual([
      {
        accountId: 'a-1',
        spellId: 's-1',
        pass: 1,
        ladder: { id: 'cn-consumer-loan', version: 'v1' },
        daysPastDue: 91,
        proposedAt: onDay(91),
      },
    ])
    const again = planRecipient(stored(recipient([finalSent]), plan), onDay(92))
    expect(again.handOffProposals).toEqual([])
    expect(look(again)).toBeNull()
  })

  it('is not proposed while a dispute is open', () => {
    const plan = planRecipient(
      recipient([{ ...finalSent, holds: [{ kind: 'dispute', from: onDay(80), until: null }] }]),
      onDay(91),
    )
    expect(plan.handOffProposals).toEqual([])
  })

  it('after a final word the machine says nothing more, not even about a broken promise', () => {
    const plan = planRecipient(
      recipient([{ ...finalSent, events: [{ type: 'promise-broken', kind: null, at: onDay(80, '00:00') }] }]),
      onDay(80),
    )
    expect(plan.reminders).toEqual([])
    expect(skips(plan)).toEqual({ 'broken-promise': 'after_final' })
  })
})

describe("a collector's placement", () => {
  const ladder = shipped('us-third-party')
  const GATE = ladder.gate?.facts ?? []
  const placed = (changes: Parameters<typeof account>[0] = {}) =>
    account({
      ladder,
      currency: 'USD',
      dueDate: '2026-03-01',
      spell: {
        id: 's-1',
        pass: 1,
        startedOn: '2026-11-20',
        enteredAt: onDay(0, '09:00'),
        enteredDpd: 264,
        enteredBy: 'arrival',
      },
      ...changes,
    })
  const notice = { type: 'notice', kind: 'validation', at: onDay(1, '14:00') }
  const checked = [
    { rung: 'gate-checks', pass: 1, state: 'planned' as const, at: onDay(0) },
    { rung: 'validation-notice', pass: 1, state: 'planned' as const, at: onDay(1) },
  ]

  it('begins with the checks, then the notice, both for a person', () => {
    const day0 = planRecipient(recipient([placed()]), onDay(0))
    expect([day0.reminders, day0.tasks.map((t) => t.rung)]).toEqual([[], ['gate-checks']])
    const day1 = planRecipient(stored(recipient([placed()]), day0), onDay(1))
    expect(day1.tasks.map((t) => [t.rung, t.kind])).toEqual([['validation-notice', 'required-notice']])
  })

  it.each([
    { case: 'no notice', facts: GATE, events: [], sent: [] },
    { case: 'a scrub missing', facts: GATE.slice(1), events: [notice], sent: [] },
    { case: 'everything recorded', facts: GATE, events: [notice], sent: ['day8'] },
  ])('with $case', ({ facts, events, sent }) => {
    const a = placed({ handled: checked, availableFacts: facts, events })
    expect(rungs(planRecipient(recipient([a]), onDay(8)))).toEqual(sent)
    if (sent.length === 0) expect(skips(planRecipient(recipient([a]), onDay(13)))).toEqual({ day8: 'gate_closed' })
  })

  it('stays calm until the time to dispute is over: five business days and thirty days after the notice', () => {
    const done = [
      ...checked,
      ...['day8', 'day15', 'day25'].map((rung) => ({ rung, pass: 1, state: 'planned' as const, at: onDay(25) })),
    ]
    const a = (sentOn: number) =>
      placed({
        handled: done,
        availableFacts: GATE,
        lastToneSent: 'neutral',
        events: [{ ...notice, at: onDay(sentOn, '14:00') }],
      })
    expect(planRecipient(recipient([a(1)]), onDay(45)).reminders).toMatchObject([{ rung: 'day45', tone: 'firm' }])
    expect(planRecipient(recipient([a(10)]), onDay(45)).reminders).toMatchObject([{ rung: 'day45', tone: 'neutral' }])
  })

  it('keeps its place when a part is paid', () => {
    const paid = placed({
      handled: [
        ...checked,
        ...['day8', 'day15', 'day25'].map((rung) => ({ rung, pass: 1, state: 'planned' as const, at: onDay(25) })),
      ],
      availableFacts: GATE,
      events: [notice],
      lastToneSent: 'neutral',
      spell: {
        id: 's-1',
        pass: 2,
        startedOn: '2026-11-20',
        enteredAt: onDay(30),
        enteredDpd: 240,
        enteredBy: 'payment',
      },
    })
    expect(planRecipient(recipient([paid]), onDay(30))).toMatchObject({ reminders: [], tasks: [], records: [] })
    expect(look(planRecipient(recipient([paid]), onDay(30)))).toBe(onDay(45))
  })

  it('that came late still asks for the checks before anything else', () => {
    const late = placed({ events: [{ type: 'placement', kind: null, at: onDay(-20) }] })
    const plan = planRecipient(recipient([late]), onDay(0))
    expect(plan.reminders).toEqual([])
    expect(plan.tasks.map((t) => t.rung)).toEqual(['gate-checks', 'validation-notice'])
  })
})
