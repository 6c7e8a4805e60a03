import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { partSimulator, type Part, type PartDone } from './simulate-part.ts'
import type { SimulationSetting } from './setting.ts'

/**
 * Simulates every part, on so many threads besides this one; each thread is given the next part when it has done its last.
 *
 * @param threads  0: in this thread, one part after the other
 */
export async function runParts(
  setting: SimulationSetting, parts: AsyncIterable<Part> | Iterable<Part>, threads: number, onDone: (done: PartDone, part: Part) => void,
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
  const queue = 'next' in parts ? parts as AsyncIterator<Part> : Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]()
  const workers = Array.from({ length: threads }, () => new Worker(new URL('./start-thread.mjs', import.meta.url), { execArgv: [], workerData: setting }))
  try {
    await Promise.all(workers.map(async (worker) => {
      const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error))
      // Told to whoever waits; nobody waits when all is done.
      failed.catch(() => {})
      for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
        const part = next.value
        worker.postMessage(part)
        const [done] = await Promise.race([once(worker, 'message'), failed]) as [PartDone]
        onDone(done, part)
      }
    }))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
