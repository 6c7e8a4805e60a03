import { describe, expect, it } from 'vitest'
import { planRecipient } from '../../src/plan/plan-recipient.ts'
import type { AccountToPlan } from '../../src/plan/recipient-plan.ts'
import { account, onDay, recipient, planned } from './people.ts'

/** On the second day past due, with the step of the first planned in time (or not at all), and the account in this state. */
const planOn = (dpd: number, time: string, changes: Partial<AccountToPlan>) =>
  planRecipient(
    recipient([account({ handled: planned(['m0-heads-up', -3], ['m0-due-day', 0]), ...changes })]),
    onDay(dpd, time),
  )

describe('a step that was missed', () => {
  it('is caught up when nothing else waits and nothing went today', () => {
    expect(planOn(2, '11:00', {}).reminders).toMatchObject([{ rung: 'm1-day1' }])
  })

  it.each<[string, Partial<AccountToPlan>]>([
    ['while an earlier message may go today', { nextMessageAt: onDay(2, '18:00') }],
    ['on a day on which a message went', { lastMessageAt: onDay(2, '08:30') }],
  ])('waits for the next day %s', (_what, changes) => {
    const plan = planOn(2, '11:00', changes)
    expect(plan.reminders).toEqual([])
    expect(plan.accounts[0]?.nextLookAt).toBeGreaterThanOrEqual(onDay(3, '00:00'))
    expect(plan.accounts[0]?.nextLookAt).toBeLessThanOrEqual(onDay(3, '10:00'))
  })

  it('waits on a day on which a message about another account went, but not for one that still waits: it may be on hold', () => {
    const missed = account({ id: 'a', handled: planned(['m0-heads-up', -3], ['m0-due-day', 0]) })
    const other = (changes: Partial<AccountToPlan>) =>
      planRecipient(recipient([missed, account({ id: 'b', dueDate: null, ...changes })]), onDay(2, '11:00'))
    expect(other({ lastMessageAt: onDay(2, '08:30') }).reminders).toEqual([])
    expect(other({ lastMessageAt: onDay(1, '20:00') }).reminders).toMatchObject([{ rung: 'm1-day1' }])
    expect(other({ nextMessageAt: onDay(2, '18:00') }).reminders).toMatchObject([{ rung: 'm1-day1' }])
  })

  it('does not wait for a message that the rules put off to another day', () => {
    expect(planOn(2, '11:00', { nextMessageAt: onDay(3, '09:00') }).reminders).toMatchObject([{ rung: 'm1-day1' }])
  })
})

describe('a step that falls due', () => {
  it('waits while an earlier message is about to go, and is looked at again soon', () => {
    const plan = planOn(1, '10:00', { nextMessageAt: onDay(1, '10:00') })
    expect(plan.reminders).toEqual([])
    expect(plan.accounts[0]?.nextLookAt).toBe(onDay(1, '10:15'))
  })

  it('keeps its distance from when the last message went out, not from when it was planned', () => {
    const plan = planOn(1, '10:00', { lastMessageAt: onDay(0, '20:00') })
    expect(plan.reminders).toEqual([])
    expect(plan.accounts[0]?.nextLookAt).toBe(onDay(1, '16:00'))
  })
})
