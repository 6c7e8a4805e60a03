import { describe, expect, it } from 'vitest'
import { preflight, type PreflightState } from '../../src/pipeline/dispatch/preflight.ts'
import { SwitchBoard } from '../../src/pipeline/dispatch/switch-board.ts'
import { eachLedger } from '../support/ledger.ts'

const clear: PreflightState = {
  now: 1_000,
  goodUntil: 60_000,
  switchedOff: null,
  stopping: false,
  switchesKnown: true,
  routeOpen: true,
  slot: { kind: 'go' },
  sinceReserved: { monotonic: 20, wall: 20 },
  leaseMs: 90_000,
}

describe('the last look before a call', () => {
  it('lets it begin when nothing has changed since it was permitted', () => {
    expect(preflight(clear)).toEqual({ kind: 'go' })
  })

  it('waits for a slot that is still to come', () => {
    expect(preflight({ ...clear, slot: { kind: 'early', waitMs: 40 } })).toEqual({ kind: 'wait', waitMs: 40 })
  })

  it.each<[string, Partial<PreflightState>, string]>([
    [
      'half of the lease is over by the monotonic clock, as after a freeze',
      { sinceReserved: { monotonic: 45_000, wall: 20 } },
      'lease_half_gone',
    ],
    [
      'half of the lease is over by the wall clock, as after a sleep',
      { sinceReserved: { monotonic: 20, wall: 45_000 } },
      'lease_half_gone',
    ],
    ['the wall clock was set back', { sinceReserved: { monotonic: 20, wall: -1_001 } }, 'lease_half_gone'],
    ['the window has closed', { now: 60_000 }, 'permission_expired'],
    ['an operator has stopped it', { switchedOff: 'stopped' }, 'switched_off'],
    ['its process is told to stop', { stopping: true }, 'stopping'],
    ['nobody knows what operators have said in the last two seconds', { switchesKnown: false }, 'switches_unknown'],
    ['the route rests', { routeOpen: false }, 'route_resting'],
    ['its slot is gone', { slot: { kind: 'missed' } }, 'slot_missed'],
  ])('keeps it back when %s', (_why, change, why) => {
    expect(preflight({ ...clear, ...change })).toMatchObject({ kind: 'not_sent', why })
  })
})

eachLedger('the switches that a worker knows', (_name, openFresh) => {
  it('are too old to act on two seconds after they were read, until they are read again', async () => {
    const fresh = await openFresh()
    let monotonic = 1_000
    const board = new SwitchBoard({ ledger: fresh.ledger }, () => monotonic)
    expect(board.outOfDate, 'nobody has looked yet').toBe(false)
    await board.refresh()
    monotonic += 2_000
    expect(board.outOfDate).toBe(false)
    monotonic += 1
    expect(board.outOfDate).toBe(true)
    await board.refresh()
    expect(board.outOfDate).toBe(false)
  })
})
