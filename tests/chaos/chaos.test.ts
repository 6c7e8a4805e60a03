import { describe, expect, it } from 'vitest'
import { whenThere } from '../support/servers.ts'
import type { Break } from './broken-source.ts'
import { CHARGES, type ChargeName } from './judge/charges.ts'
import { readOptions } from './options.ts'
import { Random } from './random.ts'
import { asText } from './report.ts'
import { runChaos } from './run.ts'
import { scheduleOf } from './schedule.ts'

/** Starting a fleet of processes takes its time on a busy machine; a run itself is bounded by its seconds. */
const PATIENCE_MS = 600_000

const run = (line: string) => runChaos(readOptions(line.split(' ')), new AbortController().signal, () => undefined)

describe('a run of chaos', () => {
  it('strikes the same blows at the same moments for the same seed, and others for another', () => {
    const schedule = (seed: number) =>
      scheduleOf(new Random(seed), 60, readOptions([]).faults, ['serve', 'planner', 'sms-1'])
    expect(schedule(4)).toEqual(schedule(4))
    expect(schedule(4)).not.toEqual(schedule(5))
    expect(new Set(schedule(4).map(({ blow }) => blow.kind)).size, 'every kind of blow within a minute').toBe(8)
  })

  it('refuses a fault, a guard or a number that it does not know, and says what it knows', () => {
    for (const line of ['--faults kil', '--break all', '--seconds 0', '--seed x', '--channels fax'])
      expect(() => readOptions(line.split(' ')), line).toThrow(TypeError)
    expect(() => readOptions(['--faults', 'kil'])).toThrow('redis-flush')
  })

  whenThere('PostgreSQL', 'chaos', () =>
    whenThere('Redis', 'chaos', () => {
      it(
        'loses nothing, repeats nothing and oversteps nothing while everything is struck down',
        async () => {
          const report = await run('--seconds 25 --seed 11 --rate 8')
          expect(report.verdict.counts, asText(report)).toEqual(Object.fromEntries(CHARGES.map((name) => [name, 0])))
          expect(report.evidence.entries.length, 'something got through').toBeGreaterThan(0)
          expect(report.evidence.struck.length).toBeGreaterThan(0)
        },
        PATIENCE_MS,
      )

      // A run ends at its first offence; which of a guard's own it is hangs on the moment.
      it.each<[Break, string, string, ChargeName[]]>([
        ['fence', 'a ticket that is heard twice is answered twice', '--faults race', ['duplicated', 'after a stop']],
        ['pending', 'caps count only what is settled', '--faults none', ['over cap']],
        ['doubt', 'what may have been sent is sent again', '--faults provider --storm 60', ['duplicated', 'over cap']],
        ['stops', 'stops are recorded and not looked at', '--faults race --seed 5 --rate 30', ['after a stop']],
      ])(
        'is red when the guard "%s" is broken and %s',
        async (guard, _how, faults, offences) => {
          const report = await run(`--seconds 40 --seed 3 --rate 20 --channels sms --break ${guard} ${faults}`)
          expect(offences, asText(report)).toContain(report.verdict.charges[0]?.name)
        },
        PATIENCE_MS,
      )
    }),
  )
})
