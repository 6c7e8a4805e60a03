import { WaitingError } from 'bullmq'
import type pg from 'pg'
import { DecorumError } from '../model/errors.ts'
import { Semaphore, withTimeout } from './concurrency.ts'
import {
  type BellQueue,
  type BellWorker,
  type Doorbell,
  type Listener,
  readTicket,
  Shards,
  type Ticket,
  TICKET_OPTIONS,
} from './doorbell.ts'
import { describe, type DoorbellOptions, Outage } from './outage.ts'
import { postgresBackend } from './postgres-backend.ts'
import { redisBackend } from './redis-backend.ts'

/** An add hangs while Redis is down; the planner goes on after this, and the sweep repairs. */
const PATIENCE_MS = 2_000

/** Redis, with so many queues for each route (null: one, on a cluster four), or the ledger's own PostgreSQL (`ledger.pool`, embedded too). */
type DoorbellPlace = { redisUrl: string; namespace?: string; shards?: number | null } | { ledgerPool: pg.Pool }

/**
 * The doorbell on BullMQ: one queue per shard of a route, a ticket per job, nothing kept after it.
 *
 * Connections are opened at once and kept open for ever; an unreachable backend is told to
 * `onError` once, and `onRecovered` when it is back. A shard that does not answer keeps no other
 * from being rung and heard.
 *
 * @throws DECORUM_CONFIG when the Redis URL cannot be read
 */
export function bullmqDoorbell(place: DoorbellPlace, options: DoorbellOptions = {}): Doorbell {
  const outage = new Outage(options)
  const backend =
    'redisUrl' in place
      ? redisBackend(
          { redisUrl: place.redisUrl, namespace: place.namespace ?? 'decorum', shards: place.shards ?? null },
          outage,
        )
      : postgresBackend(place.ledgerPool)
  const queues = new Map<string, BellQueue>()
  const shardsOf = new Map<string, Shards>()
  const listeners = new Set<Listener>()
  const partOf = (route: string, shard: number): string => `${route}:${shard}`

  const queueOf = (route: string, shard: number): BellQueue => {
    const part = partOf(route, shard)
    const known = queues.get(part)
    if (known !== undefined) return known
    const queue = backend.queue(route, shard)
    queue.on('error', (error) => outage.note(error, part))
    queues.set(part, queue)
    return queue
  }

  /** Tries the ring's own shard, then one other; false when neither takes it. */
  const add = async (route: string, ticket: Ticket): Promise<boolean> => {
    await backend.ready()
    const shards = shardsOf.get(route) ?? new Shards(backend.shards)
    shardsOf.set(route, shards)
    const tried = shards.orderFor(ticket.ring).slice(0, 2)
    for (const shard of tried) {
      const adding = queueOf(route, shard)
        .add('ring', ticket, { ...TICKET_OPTIONS, jobId: ticket.ring })
        .then(() => true)
      // One that arrives after all is a second ring of the same ticket: the fence lets one through.
      const added = await withTimeout(PATIENCE_MS / tried.length, adding, (error) => {
        outage.note(error, partOf(route, shard))
        return false
      })
      if (added) {
        shards.answered(shard)
        outage.over(partOf(route, shard))
        return true
      }
      shards.failed(shard)
    }
    return false
  }

  return {
    ring: (route, ticket) =>
      withTimeout(PATIENCE_MS, add(route, ticket), (error) => {
        outage.note(error)
        return false
      }),

    listen: async (route, concurrency, answer) => {
      await backend.ready().catch((error: unknown) => {
        throw new DecorumError('DECORUM_QUEUE_UNAVAILABLE', `cannot listen to route ${route}: ${describe(error)}`, {
          hint: backend.cure,
          cause: error,
        })
      })
      const inHand = new Set<Promise<void>>()
      // Each shard alone may use all of it, so that a route whose other shards are gone is no slower.
      const places = new Semaphore(concurrency)
      let ended = false
      const workers = Array.from({ length: backend.shards }, (_, shard) => {
        const worker = backend.worker(route, shard, concurrency, async (job, token) => {
          outage.over(partOf(route, shard))
          const ticket = readTicket(job.data)
          if (ticket === null) return outage.note(new Error(`a job on route ${route} is not a ticket; it was dropped`))
          await places.run(async () => {
            if (ended) {
              await job.moveToWait(token)
              throw new WaitingError()
            }
            const answering = answer(ticket).finally(() => inHand.delete(answering))
            inHand.add(answering)
            await answering
          })
        })
        worker.on('error', (error) => outage.note(error, partOf(route, shard)))
        return worker
      })
      const listener: Listener = {
        stop: () => end(() => Promise.all(workers.map((worker) => drain(worker, inHand)))),
        abort: () =>
          end(() =>
            Promise.all(workers.map((worker) => withTimeout(PATIENCE_MS, worker.close(true), () => undefined))),
          ),
      }
      const end = async (close: () => Promise<unknown>): Promise<void> => {
        ended = true
        listeners.delete(listener)
        await close()
      }
      listeners.add(listener)
      return listener
    },

    check: () =>
      withTimeout(
        PATIENCE_MS,
        backend.ping().then(() => null),
        (error) => `the queue does not answer: ${describe(error)}. ${backend.cure}`,
      ),

    close: async () => {
      await Promise.all([...listeners].map((listener) => listener.stop()))
      await Promise.all([...queues.values()].map((queue) => withTimeout(PATIENCE_MS, queue.close(), () => undefined)))
      await backend.close()
    },
  }
}

/**
 * Waits for the tickets in hand, however long they take, and for the worker to close.
 *
 * With a dead backend BullMQ's close waits for it to come back; once nothing is in hand there
 * is nothing left to wait for: the sweep rings again what the queue still holds.
 */
async function drain(worker: BellWorker, inHand: ReadonlySet<Promise<void>>): Promise<void> {
  let closed = false
  const closing = worker.close().then(() => {
    closed = true
  })
  do {
    await Promise.race([closing, Promise.allSettled(inHand)])
    await withTimeout(PATIENCE_MS, closing, () => undefined)
  } while (!closed && inHand.size > 0)
}
