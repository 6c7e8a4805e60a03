import { describe, expect, it } from 'vitest'
import { parseLadder } from '../../src/model/ladder.ts'
import { shipped } from './people.ts'

type Row = [day: number, channels: string, tone: string]
const rows = (id: string): Row[] =>
  shipped(id)
    .rungs.filter((r) => r.at.event === undefined || r.at.event === 'placement')
    .map((r) => [r.at.dpd ?? r.at.days ?? 0, r.who === 'person' ? 'person' : r.channels.join(' '), r.tone])

describe('the shipped ladders', () => {
  it('cn-consumer-loan is the standard of a Chinese consumer lender, M0 to M3', () => {
    expect(rows('cn-consumer-loan')).toEqual([
      [-3, 'sms', 'gentle'],
      [0, 'sms', 'gentle'],
      [1, 'sms', 'gentle'],
      [3, 'phone', 'gentle'],
      [7, 'sms', 'neutral'],
      [10, 'person', 'neutral'],
      [15, 'phone', 'neutral'],
      [21, 'sms', 'neutral'],
      [27, 'person', 'neutral'],
      [31, 'sms', 'firm'],
      [36, 'person', 'firm'],
      [45, 'phone', 'firm'],
      [55, 'sms', 'firm'],
      [61, 'person', 'firm'],
      [75, 'sms', 'final'],
      [76, 'person', 'firm'],
    ])
    expect(shipped('cn-consumer-loan').handOff).toEqual({ atDpd: 91, propose: true })
  })

  it('us-first-party-loan goes to charge-off at day 120', () => {
    expect(rows('us-first-party-loan')).toEqual([
      [-5, 'email', 'gentle'],
      [2, 'email', 'gentle'],
      [6, 'sms', 'gentle'],
      [12, 'email', 'neutral'],
      [17, 'person', 'neutral'],
      [22, 'sms', 'neutral'],
      [30, 'email', 'neutral'],
      [40, 'person', 'neutral'],
      [45, 'email', 'firm'],
      [55, 'sms', 'firm'],
      [65, 'person', 'firm'],
      [90, 'email', 'firm'],
      [105, 'email', 'final'],
      [105, 'sms', 'final'],
    ])
    expect(shipped('us-first-party-loan').handOff).toEqual({ atDpd: 120, propose: true })
  })

  it('us-third-party counts from the placement, uses no SMS and no robot voice, and proposes nothing', () => {
    expect(rows('us-third-party')).toEqual([
      [0, 'person', 'neutral'],
      [1, 'person', 'neutral'],
      [8, 'email', 'neutral'],
      [15, 'person', 'neutral'],
      [25, 'email', 'neutral'],
      [45, 'email', 'firm'],
      [55, 'person', 'firm'],
      [75, 'email', 'firm'],
      [100, 'email', 'final'],
    ])
    expect(shipped('us-third-party').gate?.calm).toEqual({ businessDays: 5, days: 30, tone: 'neutral' })
    expect(shipped('us-third-party').handOff).toBeNull()
  })

  it('default writes and never rings by machine, and says nothing final', () => {
    const machine = shipped('default').rungs.filter((r) => r.who === 'machine')
    expect(machine.flatMap((r) => r.channels)).not.toContain('phone')
    expect(machine.map((r) => r.tone)).not.toContain('final')
  })

  it.each(['cn-consumer-loan', 'us-first-party-loan', 'us-third-party', 'default'])(
    '%s is the same ladder after it was stored and read again',
    (id) => {
      const ladder = shipped(id)
      expect(parseLadder(JSON.parse(JSON.stringify(ladder)))).toEqual({ ok: true, ladder })
    },
  )
})

const rung = (changes: object = {}) => ({
  id: 'one',
  at: { dpd: 3 },
  stage: 'M1',
  tone: 'gentle',
  channels: ['sms'],
  ...changes,
})
const faultsOf = (data: unknown) => {
  const parsed = parseLadder(data)
  return parsed.ok ? [] : parsed.faults
}
const withRungs = (...rungs: object[]) =>
  faultsOf({ id: 'l', version: '1', template: 'default', handOff: { atDpd: 91, propose: true }, rungs })

describe('a ladder that cannot be climbed is refused', () => {
  it.each<[string, object[], object]>([
    [
      'a key that is misspelt',
      [rung({ minimumDwel: '1d' })],
      { path: 'rungs[0].minimumDwel', cure: 'Did you mean "minimumDwell"?' },
    ],
    ['a tone that is misspelt', [rung({ tone: 'gentel' })], { path: 'rungs[0].tone', cure: 'Did you mean "gentle"?' }],
    ['an unknown channel', [rung({ channels: ['pigeon'] })], { path: 'rungs[0].channels[0]' }],
    [
      'a time that is none',
      [rung({ at: { dpd: 3, time: '25:00' } })],
      { path: 'rungs[0].at.time', problem: 'is not a time of day like "10:00"' },
    ],
    ['a duration that is none', [rung({ expiresAfter: '3 days' })], { path: 'rungs[0].expiresAfter' }],
    ['neither a day nor an event', [rung({ at: {} })], { path: 'rungs[0].at' }],
    ['an event without days', [rung({ at: { event: 'placement' }, stage: undefined })], { path: 'rungs[0].at' }],
    ['a condition that is none', [rung({ skipIf: ['raining'] })], { path: 'rungs[0].skipIf[0]' }],
    ['a stage that the day is not in', [rung({ stage: 'M2' })], { path: 'rungs[0].stage', cure: 'Write `stage: M1`.' }],
    ['two rungs of one name', [rung(), rung({ at: { dpd: 7 } })], { path: 'rungs[1].id' }],
    ['the name kept for the hand-off', [rung({ id: 'hand-off' })], { path: 'rungs[0].id' }],
    ['days out of order', [rung({ at: { dpd: 7 } }), rung({ id: 'two' })], { path: 'rungs[1].at' }],
    [
      'a tone that falls back',
      [rung({ tone: 'neutral' }), rung({ id: 'two', at: { dpd: 9 } })],
      { path: 'rungs[1].tone' },
    ],
    [
      'a machine after a final',
      [
        rung({ tone: 'final', requires: ['nextStep'] }),
        rung({ id: 'two', tone: 'final', requires: ['nextStep'], at: { dpd: 9 } }),
      ],
      { path: 'rungs[1]' },
    ],
    ['a final that does not require its next step', [rung({ tone: 'final' })], { path: 'rungs[0].requires' }],
    ['no channel for the machine', [rung({ channels: [] })], { path: 'rungs[0].channels' }],
    ['a rung after the hand-off', [rung({ at: { dpd: 91 }, stage: 'M3+' })], { path: 'rungs[0].at.dpd' }],
    [
      'a dwell that never ends in time',
      [rung(), rung({ id: 'two', at: { dpd: 4 }, minimumDwell: '9d' })],
      { path: 'rungs[1].minimumDwell' },
    ],
    ['no rungs at all', [], { path: 'rungs' }],
  ])('%s', (_, rungs, fault) => {
    expect(withRungs(...rungs)).toContainEqual(expect.objectContaining(fault))
  })

  it('a band that names no rung, with the rung that was meant', () => {
    const faults = faultsOf({
      id: 'l',
      version: '1',
      template: 'default',
      bands: { low: { rungs: { ome: { who: 'person' } } } },
      rungs: [rung()],
    })
    expect(faults).toEqual([
      { path: 'bands.low.rungs.ome', problem: 'names no rung of this ladder', cure: 'Did you mean `one`?' },
    ])
  })

  it('an amount with more digits than its currency', () => {
    const faults = faultsOf({
      id: 'l',
      version: '1',
      template: 'default',
      defaults: { doNotChaseBelow: { JPY: '1.50', XYZ: '1' } },
      rungs: [rung()],
    })
    expect(faults.map((f) => f.path)).toEqual(['defaults.doNotChaseBelow.JPY', 'defaults.doNotChaseBelow.XYZ'])
  })

  it.each([null, 42, 'text', [], {}])('%j is not a ladder, and that is said rather than thrown', (data) => {
    expect(faultsOf(data).length).toBeGreaterThan(0)
  })
})
