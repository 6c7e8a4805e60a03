import { describe, expect, it } from 'vitest'
import {
  type GateRate,
  MAX_AHEAD_MS,
  mayCallAt,
  type Pace,
  type RateGate,
  SLOT_TOLERANCE_MS,
} from '../../src/deliver/rate-gate.ts'

export interface GateBench {
  /** A gate on this route as one more worker process would have it. */
  gate(route: string, rate: GateRate): RateGate
  /** The same monotonic clock that the gates use, in ms. */
  now(): number
  wait(ms: number): Promise<void>
  /** The store forgets everything. */
  forget(): Promise<void>
  close(): Promise<void>
}

interface Call {
  at: number
  weight: number
}

/**
 * A worker as the pipeline has them: waits while the route is booked far ahead, takes
 * slots for a batch, calls each within its slot or gives it up. Goes on until something was called at all: on a real clock a
 * busy machine may miss every slot of some seconds.
 *
 * @param late  how much too late, in ms, each call would begin: a pause of the process
 */
async function work(
  bench: GateBench,
  gate: RateGate,
  weights: number[],
  until: number,
  calls: Call[],
  late = (): number => 0,
  pace?: Pace,
): Promise<void> {
  while (bench.now() < until || calls.length === 0) {
    const backlog = await gate.backlogMs(pace?.smallest)
    if (backlog > 200) {
      await bench.wait(Math.min(backlog - 150, Math.max(until - bench.now(), 0) + 1))
      continue
    }
    const slots = await gate.take(weights, pace)
    for (const [index, weight] of weights.entries()) {
      const verdict = mayCallAt(slots, index, bench.now())
      if (verdict.kind === 'early') await bench.wait(verdict.waitMs)
      const pause = late()
      if (pause > 0) await bench.wait(pause)
      // One look at the clock: what the machine does between two of them is no call of ours.
      const now = bench.now()
      if (verdict.kind !== 'missed' && mayCallAt(slots, index, now).kind === 'go') calls.push({ at: now, weight })
    }
  }
}

/** The most units in any second, wherever it begins. */
function worstSecond(calls: readonly Call[]): number {
  const sorted = [...calls].sort((a, b) => a.at - b.at)
  let worst = 0
  let sum = 0
  let oldest = 0
  for (const call of sorted) {
    sum += call.weight
    while (call.at - (sorted[oldest] as Call).at >= 1000) sum -= (sorted[oldest++] as Call).weight
    worst = Math.max(worst, sum)
  }
  return worst
}

/**
 * Every form of the rate gate passes this suite.
 *
 * @param seconds  how long each run lasts by the bench's clock: many for a clock that only
 *                 the test moves, few for a real one
 */
export function rateGateContract(name: string, open: () => Promise<GateBench>, seconds: number): void {
  describe(`${name} never lets a provider see more than its rate`, () => {
    // Mostly waiting, hence side by side; each with a store of its own.
    const during = (sentence: string, check: (bench: GateBench) => Promise<void>): void => {
      const run = async (): Promise<void> => {
        const bench = await open()
        try {
          await check(bench)
        } finally {
          await bench.close()
        }
      }
      // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- a suite over several stores; each check expects
      it.concurrent(sentence, run)
    }
    const run = async (
      bench: GateBench,
      workers: number,
      rate: GateRate,
      weights: number[],
      late?: () => number,
    ): Promise<Call[]> => {
      const calls: Call[] = []
      const until = bench.now() + seconds * 1000
      await Promise.all(
        Array.from({ length: workers }, () => work(bench, bench.gate('sms', rate), weights, until, calls, late)),
      )
      return calls
    }

    during('in any second, with four workers that want all of it, and yet uses it', async (bench) => {
      const calls = await run(bench, 4, { perSecond: 50, largestWeight: 1 }, [1, 1, 1, 1, 1])
      expect(worstSecond(calls)).toBeLessThanOrEqual(50)
      // The first second and a bit is taken for full. On a real clock a busy machine misses slots.
      expect(calls.length).toBeGreaterThan(seconds > 10 ? (seconds - 1.5) * 50 * 0.9 : 0)
    })

    during('when messages are of several segments', async (bench) => {
      const calls = await run(bench, 3, { perSecond: 20, largestWeight: 4 }, [1, 4, 2])
      expect(worstSecond(calls)).toBeLessThanOrEqual(20)
      expect(calls.length).toBeGreaterThan(0)
    })

    during('when a message is larger than any that was expected', async (bench) => {
      const calls = await run(bench, 2, { perSecond: 20, largestWeight: 2 }, [1, 9, 1])
      expect(worstSecond(calls)).toBeLessThanOrEqual(20)
    })

    during('when calls begin up to 40 ms after they should', async (bench) => {
      const calls = await run(bench, 2, { perSecond: 30, largestWeight: 1 }, [1, 1, 1], () => (bench.now() * 7919) % 40)
      expect(worstSecond(calls)).toBeLessThanOrEqual(30)
    })

    during('after a lull, in which nothing is saved up', async (bench) => {
      const rate = { perSecond: 40, largestWeight: 1 }
      const gate = bench.gate('sms', rate)
      await bench.wait((await gate.backlogMs()) + 1500)
      // Nothing is lost either: it may begin at once.
      expect(await gate.backlogMs()).toBe(0)
      const calls: Call[] = []
      const until = bench.now() + 1300
      await Promise.all([
        work(bench, gate, [1, 1, 1, 1], until, calls),
        work(bench, bench.gate('sms', rate), [1, 1, 1, 1], until, calls),
      ])
      expect(worstSecond(calls)).toBeLessThanOrEqual(40)
    })

    during('and no more than its share of what a switch slows, whatever else goes out on the route', async (bench) => {
      const rate = { perSecond: 40, largestWeight: 1 }
      const [slowed, others]: [Call[], Call[]] = [[], []]
      const until = bench.now() + seconds * 1000
      await Promise.all([
        work(bench, bench.gate('sms', rate), [1, 1], until, slowed, undefined, { shares: [25, 25], smallest: 25 }),
        work(bench, bench.gate('sms', rate), [1, 1], until, others, undefined, { shares: [100, 100], smallest: 25 }),
      ])
      expect(worstSecond(slowed)).toBeLessThanOrEqual(10)
      expect(worstSecond([...slowed, ...others])).toBeLessThanOrEqual(40)
      expect(Math.min(slowed.length, others.length)).toBeGreaterThan(0)
    })

    during(
      'and keeps to a share so small that the next slot lies further ahead than any is handed out',
      async (bench) => {
        const gate = bench.gate('sms', { perSecond: 10, largestWeight: 1 })
        const pace = { shares: [2], smallest: 2 }
        await gate.backlogMs()
        await bench.wait(await gate.backlogMs())
        const begun = bench.now()
        await gate.take([1], pace)
        expect((await gate.backlogMs(2)) + (bench.now() - begun)).toBeGreaterThan(4_000)
        // Once nothing is slowed any more the route need not sit it out.
        expect(await gate.backlogMs()).toBeLessThan(1_300)
      },
    )

    during('when the store forgets everything in the middle', async (bench) => {
      const rate = { perSecond: 50, largestWeight: 1 }
      const calls: Call[] = []
      const until = bench.now() + 4000
      const workers = [1, 2].map(() => work(bench, bench.gate('sms', rate), [1, 1, 1, 1, 1], until, calls))
      await bench.wait(1800)
      await bench.forget()
      await Promise.all(workers)
      expect(worstSecond(calls)).toBeLessThanOrEqual(50)
      expect(calls.length).toBeGreaterThan(seconds > 10 ? 50 : 0)
    })

    during('and hands out nothing that lies further ahead than it may', async (bench) => {
      const gate = bench.gate('phone', { perSecond: 1, largestWeight: 1 })
      await bench.wait(await gate.backlogMs())
      const { delaysMs } = await gate.take([1, 1, 1, 1])
      expect(delaysMs[0]).toBeLessThanOrEqual(SLOT_TOLERANCE_MS)
      expect(delaysMs.slice(2)).toEqual([Infinity, Infinity])
      for (const delay of delaysMs) if (Number.isFinite(delay)) expect(delay).toBeLessThanOrEqual(MAX_AHEAD_MS)
    })

    during('when many ask at the same instant: no slot is given twice', async (bench) => {
      const rate = { perSecond: 100, largestWeight: 1 }
      const gates = Array.from({ length: 4 }, () => bench.gate('sms', rate))
      await bench.wait(await (gates[0] as RateGate).backlogMs())
      const begun = bench.now()
      const taken = await Promise.all(Array.from({ length: 60 }, (_, n) => (gates[n % 4] as RateGate).take([1])))
      const granted = taken.filter((slots) => Number.isFinite(slots.delaysMs[0])).length
      const booked = (await (gates[0] as RateGate).backlogMs()) + (bench.now() - begun)
      expect(granted).toBe(60)
      expect(booked).toBeGreaterThan((granted / 100) * 1000)
    })

    during('and keeps routes apart', async (bench) => {
      const [one, other] = [
        bench.gate('one', { perSecond: 1, largestWeight: 1 }),
        bench.gate('other', { perSecond: 1, largestWeight: 1 }),
      ]
      await Promise.all([one.backlogMs(), other.backlogMs()])
      await bench.wait(await one.backlogMs())
      const begun = bench.now()
      await one.take([1])
      expect((await one.backlogMs()) + (bench.now() - begun)).toBeGreaterThan(500)
      expect(await other.backlogMs()).toBeLessThan(500)
    })
  })
}
