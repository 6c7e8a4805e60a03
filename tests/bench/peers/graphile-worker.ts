import { Logger, run, runMigrations } from 'graphile-worker'
import pg from 'pg'
import { benchConfig } from '../bench-config.ts'
import { Completed, CONCURRENCY, type OpenPeer } from '../peer.ts'
import { plainJobOf, providerWork, type PlainJob } from '../provider-work.ts'

/** graphile-worker with its local queue and batched completion, as its own documentation sets it for speed. */
export const graphileWorker: OpenPeer = async (places) => {
  const connectionString = places.databaseUrl
  if (connectionString === null) throw new TypeError('this peer needs PostgreSQL')
  const config = benchConfig(places)
  const { sendOne } = providerWork(config)
  const logger = new Logger(() => () => {})
  await runMigrations({ connectionString, logger })
  const pool = new pg.Pool({ connectionString, max: 2 })
  const completed = new Completed()
  const start = () =>
    run({
      preset: {
        worker: {
          connectionString,
          concurrentJobs: CONCURRENCY,
          maxPoolSize: 10,
          pollInterval: 1_000,
          logger,
          localQueue: { size: 500 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
      noHandleSignals: true,
      taskList: { send: async (job) => sendOne(job as PlainJob) },
    })
  return {
    add: async (from, count) => {
      for (let first = from; first < from + count; first += 500) {
        const jobs = Array.from({ length: Math.min(500, from + count - first) }, (_, i) => ({
          identifier: 'send',
          payload: plainJobOf(first + i, config),
        }))
        await pool.query(
          `SELECT graphile_worker.add_jobs(ARRAY(SELECT json_populate_recordset(null::graphile_worker.job_spec, $1::json)))`,
          [JSON.stringify(jobs)],
        )
      }
    },
    drain: async (count) => {
      const reached = completed.reach(count)
      const runner = await start()
      runner.events.on('job:success', completed.one)
      await reached
      // Until the next call: jobs are added before the time is taken.
      await runner.stop()
    },
  }
}
