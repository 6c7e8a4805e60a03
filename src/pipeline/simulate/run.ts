import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { planReceipts } from '../../deliver/capture.ts'
import type { Fault } from '../../model/errors.ts'
import { DAY, formatInstant } from '../../model/time.ts'
import type { SimulationReport } from '../../report/simulation/report.ts'
import { type PortfolioChunk, type ChunkResult, chunkSimulator, rulesOf, type SimulationSetting } from './chunk.ts'
import type { Portfolio } from './portfolio.ts'
import { reportOf } from './report-of.ts'
import { addTally, emptyTally } from './tally.ts'

/** Smaller portfolios are done before a thread has started. */
const THREADS_FROM_RECIPIENTS = 3_000

export interface SimulationDone {
  report: SimulationReport
  /** Lines of the file that were rejected, and why. */
  refused: { line: number; faults: readonly Fault[] }[]
}

/**
 * What would happen to this portfolio in this period, under this setting?
 *
 * Read-only: nothing is written to the ledger and nothing is sent.
 *
 * @param costs       by route id: what one unit costs
 * @param onProgress  called with the number of recipients done
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
  const threads = portfolio.size < THREADS_FROM_RECIPIENTS ? 0 : availableParallelism()
  let recipients = 0
  await runChunks(setting, portfolio.chunks(), threads, (done) => {
    addTally(tally, done.tally)
    refused.push(...done.refused)
    onProgress((recipients += done.tally.recipients))
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

/** How long a call of the capture provider occupies its line, in seconds. */
const secondsOfCall = (): number =>
  (planReceipts('phone', { reminderId: '', attemptNo: 1 }, 1)[0]?.afterMs ?? 60_000) / 1000

/**
 * Simulates every chunk on this many worker threads; each takes the next chunk when it has finished its last.
 *
 * @param threads  0: in this thread, one chunk after the other
 */
export async function runChunks(
  setting: SimulationSetting,
  chunks: AsyncIterable<PortfolioChunk> | Iterable<PortfolioChunk>,
  threads: number,
  onDone: (done: ChunkResult, chunk: PortfolioChunk) => void,
): Promise<void> {
  if (threads === 0) {
    const simulate = chunkSimulator(setting)
    for await (const chunk of chunks) {
      onDone(simulate(chunk), chunk)
      // Lets progress output and signal handlers run.
      await new Promise(setImmediate)
    }
    return
  }
  const queue =
    'next' in chunks
      ? (chunks as AsyncIterator<PortfolioChunk>)
      : Symbol.asyncIterator in chunks
        ? chunks[Symbol.asyncIterator]()
        : chunks[Symbol.iterator]()
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./start-thread.mjs', import.meta.url), { execArgv: [], workerData: setting }),
  )
  try {
    await Promise.all(
      workers.map(async (worker) => {
        const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error))
        // Handled in the race below; a rejection after the last chunk must not count as unhandled.
        failed.catch(() => {})
        for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
          const chunk = next.value
          worker.postMessage(chunk)
          const [done] = (await Promise.race([once(worker, 'message'), failed])) as [ChunkResult]
          onDone(done, chunk)
        }
      }),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
