import { describe, expect, it } from 'vitest'
import { planRecipient } from '../../src/plan/plan-recipient.ts'
import { account, onDay, recipient, planned, stored } from './people.ts'

/** Day 36 of the ladder of mainland China is a person's call; what came before it was said. */
const before = planned(
  ['m1-day3', 3],
  ['m1-day7', 7],
  ['m1-day10', 10],
  ['m1-day15', 15],
  ['m1-day21', 21],
  ['m1-day27', 27],
  ['m2-day31', 31],
)
const due = (changes = {}) =>
  account({
    autoDebit: false,
    handled: [...before, ...planned(['m0-heads-up', -3], ['m0-due-day', 0], ['m1-day1', 1])],
    firstMessageAt: onDay(-3),
    ...changes,
  })

describe('a step for a person that a stop, a pause or a switch forbids', () => {
  it('is given out when nothing forbids it', () => {
    const plan = planRecipient(recipient([due()]), onDay(36, '10:05'))
    expect(plan.tasks).toMatchObject([
      { rung: 'm2-day36', channels: ['phone'], steps: [{ accountId: 'a-1', rung: 'm2-day36', kind: 'reminder' }] },
    ])
  })

  it('waits while it lasts, and is asked about again when that is known', () => {
    const until = onDay(36, '10:20')
    const plan = planRecipient(recipient([due({ barred: [{ rung: 'm2-day36', until }] })]), onDay(36, '10:05'))
    expect([plan.tasks, plan.records]).toEqual([[], []])
    expect(plan.accounts[0]?.nextLookAt).toBe(until)
  })

  it('without a known end is looked at again when it is stale', () => {
    const plan = planRecipient(recipient([due({ barred: [{ rung: 'm2-day36', until: null }] })]), onDay(36, '10:05'))
    expect(plan.accounts[0]?.nextLookAt).toBe(onDay(41, '10:00'))
  })

  it('is recorded with the stop when it went stale under it', () => {
    const suppressions = [{ reason: 'identity-fraud', from: onDay(30), until: null }]
    const plan = planRecipient(recipient([due()], { suppressions }), onDay(41, '10:00'))
    expect(plan.records).toContainEqual(
      expect.objectContaining({ rung: 'm2-day36', outcome: 'skipped', reason: 'stopped', detail: 'identity-fraud' }),
    )
  })

  it('is recorded with the switch when it went stale under one', () => {
    const plan = planRecipient(recipient([due({ switchedOff: true })]), onDay(41, '10:00'))
    expect(plan.records).toContainEqual(
      expect.objectContaining({ rung: 'm2-day36', outcome: 'skipped', reason: 'switched_off' }),
    )
  })

  it('is one of its account alone: those of others are given out', () => {
    const other = { ...due(), id: 'a-2', spell: { ...due().spell, id: 's-2' } }
    const barred = [{ rung: 'm2-day36', until: null }]
    const both = planRecipient(recipient([due(), other]), onDay(36, '10:05'))
    const one = planRecipient(recipient([due({ barred }), other]), onDay(36, '10:05'))
    expect(both.tasks.map((task) => task.accountIds)).toEqual([['a-1', 'a-2']])
    expect(one.tasks.map((task) => task.accountIds)).toEqual([['a-2']])
  })

  it('comes back once nothing forbids it, and only once', () => {
    const now = onDay(36, '12:00')
    const first = planRecipient(recipient([due({ barred: [] })]), now)
    expect(first.tasks).toHaveLength(1)
    expect(planRecipient(stored(recipient([due()]), first), now + 60_000).tasks).toEqual([])
  })

  it('holds for a proposed hand-off too', () => {
    const now = onDay(91, '10:00')
    expect(planRecipient(recipient([due()]), now).handOffProposals).toHaveLength(1)
    expect(
      planRecipient(recipient([due({ barred: [{ rung: 'hand-off', until: null }] })]), now).handOffProposals,
    ).toEqual([])
  })
})
