import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { planReceipts } from '../../deliver/capture.ts'
import type { Fault } from '../../model/errors.ts'
import { DAY, formatInstant } from '../../model/time.ts'
import type { SimulationReport } from '../../report/simulation/report.ts'
import { type Part, type PartDone, partSimulator, rulesOf, type SimulationSetting } from './part.ts'
import type { Portfolio } from './portfolio.ts'
import { reportOf } from './report-of.ts'
import { addTally, emptyTally } from './tally.ts'

/** Fewer people than this are done before a thread has started. */
const WORTH_THREADS = 3_000

export interface SimulationDone {
  report: SimulationReport
  /** Lines of the file that were left out, and why. */
  refused: { line: number; faults: readonly Fault[] }[]
}

/**
 * What would this portfolio's weeks come to, under this setting?
 *
 * Reads only: nothing is written to the ledger and nobody is sent anything.
 *
 * @param costs       by route id: what one unit costs
 * @param onProgress  how many people are done
 * @throws            DECORUM_BAD_INPUT for a pack that does not exist
 */
export async function simulatePortfolio(
  setting: SimulationSetting,
  portfolio: Portfolio,
  costs: ReadonlyMap<string, number>,
  onProgress: (recipients: number) => void,
): Promise<SimulationDone> {
  const { packs } = rulesOf(setting)
  const tally = emptyTally()
  const refused = [...portfolio.refused]
  const threads = portfolio.size < WORTH_THREADS ? 0 : availableParallelism()
  let recipients = 0
  await runParts(setting, portfolio.parts(), threads, (done) => {
    addTally(tally, done.tally)
    refused.push(...done.refused)
    onProgress((recipients += done.tally.people))
  })
  const report = reportOf(tally, {
    of: {
      from: formatInstant(setting.from),
      to: formatInstant(setting.to),
      days: Math.round((setting.to - setting.from) / DAY),
      seed: setting.seed,
      payRate: setting.payRate,
      ladders:
        setting.ladder === null
          ? [...setting.config.ladders.values()].map(({ ladder, version }) => ({ id: ladder.id, version }))
          : [{ id: setting.ladder.ladder.id, version: setting.ladder.version }],
      packs: packs.map(({ pack }) => ({ id: pack.id, version: pack.version })),
    },
    routes: setting.config.routes,
    costs,
    callSeconds: secondsOfCall(),
  })
  return { report, refused: refused.sort((a, b) => a.line - b.line) }
}

/** How long an invented call holds its line. */
const secondsOfCall = (): number =>
  (planReceipts('phone', { reminderId: '', attemptNo: 1 }, 1)[0]?.afterMs ?? 60_000) / 1000

/**
 * Simulates every part, on so many threads besides this one; each thread is given the next part when it has done its last.
 *
 * @param threads  0: in this thread, one part after the other
 */
export async function runParts(
  setting: SimulationSetting,
  parts: AsyncIterable<Part> | Iterable<Part>,
  threads: number,
  onDone: (done: PartDone, part: Part) => void,
): Promise<void> {
  if (threads === 0) {
    const simulate = partSimulator(setting)
    for await (const part of parts) {
      onDone(simulate(part), part)
      // Whoever shows progress, or wants to stop, gets a turn.
      await new Promise(setImmediate)
    }
    return
  }
  const queue =
    'next' in parts
      ? (parts as AsyncIterator<Part>)
      : Symbol.asyncIterator in parts
        ? parts[Symbol.asyncIterator]()
        : parts[Symbol.iterator]()
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./start-thread.mjs', import.meta.url), { execArgv: [], workerData: setting }),
  )
  try {
    await Promise.all(
      workers.map(async (worker) => {
        const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error))
        // Told to whoever waits; nobody waits when all is done.
        failed.catch(() => {})
        for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
          const part = next.value
          worker.postMessage(part)
          const [done] = (await Promise.race([once(worker, 'message'), failed])) as [PartDone]
          onDone(done, part)
        }
      }),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
