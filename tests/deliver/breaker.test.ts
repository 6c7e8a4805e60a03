import { describe, expect, it } from 'vitest'
import { breaker } from '../../src/deliver/breaker.ts'
import type { CallOutcome } from '../../src/model/delivery.ts'
import { eventually } from '../support/eventually.ts'

const accepted: CallOutcome = { kind: 'accepted', reference: 'SM1' }
const rejected = (cls: 'address' | 'retriable' | 'configuration' | 'throttled' | 'opted-out'): CallOutcome => ({
  kind: 'rejected',
  class: cls,
  code: 'x',
  detail: '',
})
const unknown: CallOutcome = { kind: 'unknown', code: 'x', detail: '' }
const say = (outcome: CallOutcome) => async () => outcome

describe('the circuit breaker of a route', () => {
  it.each([
    ['no connection', rejected('retriable')],
    ['refused credentials', rejected('configuration')],
    ['no clear answer', unknown],
  ])('stops calling after so many times in a row: %s', async (_what, outcome) => {
    const route = breaker({ failures: 3, pauseMs: 60_000 })
    for (let n = 0; n < 3; n += 1) expect(await route.run(say(outcome))).toEqual(outcome)
    expect(route.state).toBe('open')
    expect(route.admits()).toBe(false)
    let called = false
    expect(
      await route.run(async () => {
        called = true
        return accepted
      }),
    ).toBeNull()
    expect(called).toBe(false)
  })

  it.each([
    ['a wrong number', rejected('address')],
    ['an opt-out', rejected('opted-out')],
    ['throttling', rejected('throttled')],
    ['an acceptance', accepted],
  ])('is not moved by %s, which begins the count again', async (_what, outcome) => {
    const route = breaker({ failures: 3, pauseMs: 60_000 })
    for (let n = 0; n < 5; n += 1) {
      await route.run(say(unknown))
      await route.run(say(unknown))
      await route.run(say(outcome))
    }
    expect(route.state).toBe('closed')
  })

  it('lets one call try after the pause, and only one', async () => {
    const route = breaker({ failures: 1, pauseMs: 20 })
    const states: string[] = []
    const stop = route.onChange((state) => states.push(state))
    await route.run(say(unknown))
    await eventually(() => expect(route.admits()).toBe(true), 5)
    let release = (): void => {}
    const trial = route.run(
      () =>
        new Promise<CallOutcome>((resolve) => {
          release = () => resolve(accepted)
        }),
    )
    expect(route.state).toBe('half-open')
    expect(route.admits()).toBe(false)
    expect(await route.run(say(accepted))).toBeNull()
    release()
    expect(await trial).toEqual(accepted)
    expect(route.state).toBe('closed')
    stop()
    expect(states).toEqual(['open', 'half-open', 'closed'])
  })

  it('stays open when the trial fails too', async () => {
    const route = breaker({ failures: 1, pauseMs: 20 })
    await route.run(say(unknown))
    await eventually(() => expect(route.admits()).toBe(true), 5)
    await route.run(say(unknown))
    expect(route.state).toBe('open')
  })
})
