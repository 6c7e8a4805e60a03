import PgBoss from 'pg-boss'
import { benchConfig } from '../bench-config.ts'
import { Completed, CONCURRENCY, type OpenPeer } from '../peer.ts'
import { plainJobOf, providerWork, type PlainJob } from '../provider-work.ts'

/** Workers that fetch in turn, so that one completes while another works. */
const WORKERS = 4

/** pg-boss fetching batches, all calls of a batch at once, and asking again as soon as it may (every half second when idle). */
export const pgBoss: OpenPeer = async (places) => {
  if (places.databaseUrl === null) throw new TypeError('this peer needs PostgreSQL')
  const config = benchConfig(places)
  const { sendOne } = providerWork(config)
  const boss = new PgBoss({ connectionString: places.databaseUrl, max: 10, supervise: false, schedule: false })
  boss.on('error', (error) => {
    throw error
  })
  await boss.start()
  await boss.createQueue('send')
  const completed = new Completed()
  return {
    add: async (from, count) => {
      for (let first = from; first < from + count; first += 500) {
        await boss.insert(
          Array.from({ length: Math.min(500, from + count - first) }, (_, i) => ({
            name: 'send',
            data: plainJobOf(first + i, config),
          })),
        )
      }
    },
    drain: async (count) => {
      // Its own polling waits half a second between batches, so the fetch loop is written out, which it offers too.
      const reached = completed.reach(count)
      let left = true
      void reached.then(() => {
        left = false
      })
      await Promise.all(
        Array.from({ length: WORKERS }, async () => {
          while (left) {
            const jobs = await boss.fetch<PlainJob>('send', { batchSize: CONCURRENCY })
            if (jobs.length === 0) return
            await Promise.all(jobs.map((job) => sendOne(job.data)))
            await boss.complete(
              'send',
              jobs.map((job) => job.id),
            )
            for (const _ of jobs) completed.one()
          }
        }),
      )
      await reached
    },
  }
}
