import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { TICKET_OPTIONS, type BellQueue } from '../../src/queue/doorbell.ts'
import { Outage } from '../../src/queue/outage.ts'
import { redisBackend } from '../../src/queue/backends.ts'

const EVERY_MS = 150

/**
 * A queue that delivers everything several times and late: rings again and again for whatever the
 * ledger holds as queued, each time as a job of its own, so that workers meet over one ticket.
 */
export function openDoubleRinger(redisUrl: string, db: pg.Pool): { stop(): Promise<void> } {
  const backend = redisBackend({ redisUrl, namespace: 'decorum', shards: 1 }, new Outage({}))
  const queues = new Map<string, BellQueue>()
  let stopped = false
  const queueOf = (route: string): BellQueue => {
    const known = queues.get(route)
    if (known !== undefined) return known
    const queue = backend.queue(route, 0)
    queue.on('error', () => undefined)
    queues.set(route, queue)
    return queue
  }
  const ringAll = async (): Promise<void> => {
    const { rows } = await db.query<{ route: string; ring: string; ids: string[] }>(
      `SELECT route, ring, reminder_ids::text[] AS ids FROM decorum.ticket WHERE cardinality(reminder_ids) > 0 LIMIT 20`,
    )
    // Not awaited: an add hangs while Redis is away, and arrives when it is back.
    for (const { route, ring, ids } of rows) {
      for (let copy = 0; copy < 2; copy++) {
        queueOf(route)
          .add('ring', { ring, reminderIds: ids }, { ...TICKET_OPTIONS, jobId: randomUUID() })
          .catch(() => undefined)
      }
    }
  }
  const working = (async () => {
    while (!stopped) {
      await ringAll().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return {
    async stop() {
      stopped = true
      await working
      await backend.close()
    },
  }
}
