import { setTimeout as pause } from 'node:timers/promises'
import { startProcess, type AskedProcess } from './ask.ts'
import { percentile, type Figure, type Section, type Setting } from './bench.ts'
import { phoneOf } from './borrowers.ts'
import { startDecorum, type Running } from './decorum-processes.ts'
import { MODE_NAMES, modesOf, openPlace, type Mode } from './decorum-place.ts'
import type { Taken } from './processes/stub-provider.ts'
import { assertBooks, type BooksRead } from './provider-books.ts'

/** Reminders that show what half of the throughput is; few embedded. */
const FLAT_OUT: Readonly<Record<Mode, number>> = { embedded: 400, postgres: 2_000, 'redis+postgres': 2_000 }
/** Numbers of the borrowers whose delay is taken, apart from those who make the load. */
const LONE = 50_000_000

/**
 * How long does a lone reminder take from the answer that its account was accepted to the provider?
 *
 * With nothing else to do, and beside accounts that come at half the rate at which this place, flat out,
 * carries them from overdue to sent.
 */
export async function latencyBench(setting: Setting): Promise<Section> {
  const runs = setting.quick ? 1 : 3
  const samples = setting.quick ? 15 : 60
  const figures: Figure[] = []
  for (const mode of modesOf(setting)) {
    const taken: Delays[] = []
    for (let run = 0; run < runs; run++) {
      setting.progress(`latency, ${MODE_NAMES[mode]}, run ${run + 1} of ${runs}`)
      taken.push(await delaysOf(setting, mode, samples))
    }
    const rates = taken.map(({ perSecond }) => perSecond.toFixed(0)).join(', ')
    figures.push(
      ...figuresOf(
        `${MODE_NAMES[mode]}, idle`,
        taken.map(({ idle }) => idle),
        `${samples} a run`,
      ),
    )
    figures.push(
      ...figuresOf(
        `${MODE_NAMES[mode]}, half load`,
        taken.map(({ loaded }) => loaded),
        `${samples} a run beside ${rates} accounts a second`,
      ),
    )
  }
  return {
    bench: 'latency',
    configuration:
      'account accepted by one process, planned there, sent by another (embedded: one process), one at a time at random moments; load: accounts accepted by the same process, 20 times a second',
    figures,
    leftOut: [],
  }
}

interface Delays {
  idle: number[]
  loaded: number[]
  /** The load, in accounts a second. */
  perSecond: number
}

const figuresOf = (name: string, runs: readonly number[][], note: string): Figure[] => [
  { name: `${name}, p50`, unit: 'ms', values: runs.map((delays) => percentile(delays, 0.5)) },
  {
    name: `${name}, p99`,
    unit: 'ms',
    values: runs.map((delays) => percentile(delays, 0.99)),
    note: `${note}; least ${Math.min(...runs.flat()).toFixed(0)} ms`,
  },
]

async function delaysOf(setting: Setting, mode: Mode, samples: number): Promise<Delays> {
  const stub = await startProcess('stub-provider', null)
  const place = await openPlace(mode, setting)
  const decorum = await startDecorum(mode, place, await stub.ask('url'))
  try {
    let owed = FLAT_OUT[mode]
    const assertOnce = async (phase: string) => {
      await decorum.planner.ask('drained')
      assertBooks(`latency, ${MODE_NAMES[mode]}, ${phase}`, owed + lone.accepted, await stub.ask<BooksRead>('books'))
    }
    const lone = new Lone(decorum, stub)
    const perSecond = Math.round((await flatOut(decorum, FLAT_OUT[mode])) / 2)
    await assertOnce('flat out')
    // The first ones load the SDK and open the connections and the gate.
    for (let i = 0; i < 5; i++) await lone.accept()
    await decorum.planner.ask('drained')
    const idle = await lone.delays(samples, async () => {
      await decorum.planner.ask('drained')
      await pause(Math.random() * 250)
    })
    await assertOnce('idle')
    const between = 150
    const load = decorum.planner.ask<number>('load', {
      from: FLAT_OUT[mode],
      perSecond,
      seconds: (samples * between * 1.3) / 1_000,
    })
    await pause(1_000)
    const loaded = await lone.delays(samples, () => pause(Math.random() * 2 * between))
    owed += await load
    await assertOnce('half load')
    return { idle, loaded, perSecond }
  } finally {
    await decorum.end()
    await place.clear()
    await stub.end()
  }
}

/** Reminders a second from overdue accounts, with nothing kept back. */
async function flatOut(decorum: Running, count: number): Promise<number> {
  await decorum.planner.ask('import', { from: 0, count })
  const began = performance.now()
  await decorum.beginPlanning()
  await decorum.planner.ask('drained')
  return (count / (performance.now() - began)) * 1_000
}

/** Accounts that are accepted one at a time, and what became of each at the provider. */
class Lone {
  readonly #decorum: Running
  readonly #stub: AskedProcess
  #next = LONE

  constructor(decorum: Running, stub: AskedProcess) {
    this.#decorum = decorum
    this.#stub = stub
  }

  /** How many have been accepted so far. */
  get accepted(): number {
    return this.#next - LONE
  }

  /** Answers the number that its reminder goes to, and when it was accepted. */
  async accept(): Promise<{ to: string; at: number }> {
    const no = this.#next++
    return { to: phoneOf(no), at: await this.#decorum.planner.ask<number>('accept', no) }
  }

  /** Accepts so many, waiting as `between` says, and answers how long each took to the provider, in milliseconds. */
  async delays(samples: number, between: () => Promise<void>): Promise<number[]> {
    const before = await this.#stub.ask<number>('count')
    const accepted: { to: string; at: number }[] = []
    for (let i = 0; i < samples; i++) {
      await between()
      accepted.push(await this.accept())
    }
    await this.#decorum.planner.ask('drained')
    const arrived = new Map(
      (await this.#stub.ask<Taken[]>('takenFrom', before)).map(({ at, body }) => [
        new URLSearchParams(body).get('To'),
        at,
      ]),
    )
    return accepted.map(({ to, at }) => {
      const arrival = arrived.get(to)
      if (arrival === undefined) throw new Error('a lone reminder did not reach the stub')
      return arrival - at
    })
  }
}
