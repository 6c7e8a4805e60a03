import type pg from 'pg'

const EVERY_MS = 1_000

/** Which process reserved each attempt, by the attempt as the providers' books name it. */
export interface WorkersSeen {
  /** Looks once more. */
  look(): Promise<ReadonlyMap<string, string>>
  stop(): Promise<void>
}

/**
 * Remembers who reserved what.
 *
 * The ledger knows it for as long as an attempt has not ended and no shorter than its lease, which is many looks long; a doubt that was
 * resolved is judged long after that.
 */
export function watchWorkers(db: pg.Pool): WorkersSeen {
  const seen = new Map<string, string>()
  let stopped = false
  const look = async (): Promise<ReadonlyMap<string, string>> => {
    const { rows } = await db.query<{ attempt: string; worker: string }>(`
      SELECT k.id || '.' || k.no AS attempt, b.worker
      FROM decorum.dispatch_batch b CROSS JOIN LATERAL unnest(b.reminder_ids, b.attempt_nos) AS k (id, no)`)
    for (const { attempt, worker } of rows) seen.set(attempt, worker)
    return seen
  }
  const watching = (async () => {
    while (!stopped) {
      await look().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return {
    look,
    async stop() {
      stopped = true
      await watching
    },
  }
}
