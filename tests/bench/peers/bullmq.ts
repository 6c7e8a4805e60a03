import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { benchConfig } from '../bench-config.ts'
import { Completed, CONCURRENCY, type OpenPeer, type Peer } from '../peer.ts'
import { plainJobOf, providerWork, type PlainJob } from '../provider-work.ts'

/** Jobs in BullMQ, one for each message, worked as many at once as `atOnce` says when the work begins. */
export async function bullmq<T>(
  redisUrl: string | null,
  jobOf: (no: number) => T,
  process: (job: T) => Promise<void>,
  atOnce: () => number = () => CONCURRENCY,
): Promise<Peer> {
  if (redisUrl === null) throw new TypeError('this peer needs Redis')
  const open = (): Redis => new Redis(redisUrl, { maxRetriesPerRequest: null })
  const queue = new Queue('bench-plain', { connection: open(), prefix: 'bench' })
  await queue.obliterate({ force: true })
  const completed = new Completed()
  const start = (): Worker => {
    const worker = new Worker('bench-plain', async ({ data }) => process(data as T), {
      connection: open(),
      prefix: 'bench',
      concurrency: atOnce(),
    })
    worker.on('completed', completed.one)
    worker.on('failed', (_job, error) => {
      throw error
    })
    return worker
  }
  return {
    add: async (from, count) => {
      for (let start = from; start < from + count; start += 500) {
        const length = Math.min(500, from + count - start)
        await queue.addBulk(
          Array.from({ length }, (_, i) => ({
            name: 'send',
            data: jobOf(start + i),
            opts: { removeOnComplete: true, removeOnFail: true },
          })),
        )
      }
    },
    drain: async (count) => {
      const reached = completed.reach(count)
      // One for each call: jobs are added before the time is taken.
      const worker = start()
      await reached
      await worker.close()
    },
  }
}

/** A plain BullMQ worker: takes a job, renders, calls, completes. Checks nothing, keeps no record. */
export const plainBullmq: OpenPeer = async (places) => {
  const config = benchConfig(places)
  const { sendOne } = providerWork(config)
  return bullmq<PlainJob>(places.redisUrl, (no) => plainJobOf(no, config), sendOne)
}

/** Jobs that do nothing: the ceiling of one job a message on Redis. */
export const rawBullmq: OpenPeer = ({ redisUrl }) =>
  bullmq(
    redisUrl,
    (no) => ({ no }),
    async () => {},
  )
