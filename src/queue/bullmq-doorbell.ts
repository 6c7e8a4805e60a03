import { WaitingError } from 'bullmq'
import pLimit from 'p-limit'
import type pg from 'pg'
import { failureInWords } from '../model/database-failure.ts'
import { DecorumError } from '../model/errors.ts'
import { postgresBackend, redisBackend } from './backends.ts'
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
import { type DoorbellOptions, Outage, withTimeout } from './outage.ts'

/** `Queue.add` hangs while Redis is down; after this the planner moves on, and the sweep rings again. */
const OPERATION_TIMEOUT_MS = 2_000

/** Redis, with the number of queues per route (null: one, on a cluster four), or the ledger's PostgreSQL (`ledger.pool`, embedded too). */
type DoorbellBackend = { redisUrl: string; namespace?: string; shards?: number | null } | { ledgerPool: pg.Pool }

/**
 * The doorbell on BullMQ: one queue per shard of a route, a ticket per job, nothing kept after it.
 *
 * Connections are opened at once and stay open; an unreachable backend is reported to
 * `onError` once, and to `onRecovered` when it is back. A shard that does not answer does not
 * block the others.
 *
 * @throws DECORUM_CONFIG when the Redis URL cannot be read
 */
export function bullmqDoorbell(backendOptions: DoorbellBackend, options: DoorbellOptions = {}): Doorbell {
  const outage = new Outage(options)
  const backend =
    'redisUrl' in backendOptions
      ? redisBackend(
          {
            redisUrl: backendOptions.redisUrl,
            namespace: backendOptions.namespace ?? 'decorum',
            shards: backendOptions.shards ?? null,
          },
          outage,
        )
      : postgresBackend(backendOptions.ledgerPool)
  const queues = new Map<string, BellQueue>()
  const shardsOf = new Map<string, Shards>()
  const listeners = new Set<Listener>()
  const shardName = (route: string, shard: number): string => `${route}:${shard}`

  const queueOf = (route: string, shard: number): BellQueue => {
    const name = shardName(route, shard)
    const existing = queues.get(name)
    if (existing !== undefined) return existing
    const queue = backend.queue(route, shard)
    queue.on('error', (error) => outage.reportError(error, name))
    queues.set(name, queue)
    return queue
  }

  /** Adds the ticket to the ring's own shard, or else to one other; false when neither takes it. */
  const add = async (route: string, ticket: Ticket): Promise<boolean> => {
    await backend.ready()
    const shards = shardsOf.get(route) ?? new Shards(backend.shards)
    shardsOf.set(route, shards)
    const tried = shards.orderFor(ticket.ring).slice(0, 2)
    for (const shard of tried) {
      const adding = queueOf(route, shard)
        .add('ring', ticket, { ...TICKET_OPTIONS, jobId: ticket.ring })
        .then(() => true)
      // An add that succeeds after its timeout is a second ring of the same ticket: the fence lets one through.
      const added = await withTimeout(OPERATION_TIMEOUT_MS / tried.length, adding, (error) => {
        outage.reportError(error, shardName(route, shard))
        return false
      })
      if (added) {
        shards.answered(shard)
        outage.reportRecovery(shardName(route, shard))
        return true
      }
      shards.failed(shard)
    }
    return false
  }

  return {
    ring: (route, ticket) =>
      withTimeout(OPERATION_TIMEOUT_MS, add(route, ticket), (error) => {
        outage.reportError(error)
        return false
      }),

    listen: async (route, concurrency, answer) => {
      await backend.ready().catch((error: unknown) => {
        throw new DecorumError(
          'DECORUM_QUEUE_UNAVAILABLE',
          `cannot listen to route ${route}: ${failureInWords(error)}`,
          {
            hint: backend.cure,
            cause: error,
          },
        )
      })
      const inProgress = new Set<Promise<void>>()
      // Shared by all shards: each alone may use all of it, so that a route keeps its concurrency when others are down.
      // First in, first out. Not cockatiel's `bulkhead`: a new ticket can take the place of the one that waited longest,
      // which then waits again behind all others, so that one shard can starve another.
      const limit = pLimit(concurrency)
      let ended = false
      const workers = Array.from({ length: backend.shards }, (_, shard) => {
        const worker = backend.worker(route, shard, concurrency, async (job, token) => {
          outage.reportRecovery(shardName(route, shard))
          const ticket = readTicket(job.data)
          if (ticket === null)
            return outage.reportError(new Error(`a job on route ${route} is not a ticket; it was dropped`))
          await limit(async () => {
            if (ended) {
              await job.moveToWait(token)
              throw new WaitingError()
            }
            const answering = answer(ticket).finally(() => inProgress.delete(answering))
            inProgress.add(answering)
            await answering
          })
        })
        worker.on('error', (error) => outage.reportError(error, shardName(route, shard)))
        return worker
      })
      const listener: Listener = {
        stop: () => end(() => Promise.all(workers.map((worker) => drain(worker, inProgress)))),
        abort: () =>
          end(() =>
            Promise.all(
              workers.map((worker) => withTimeout(OPERATION_TIMEOUT_MS, worker.close(true), () => undefined)),
            ),
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
        OPERATION_TIMEOUT_MS,
        backend.ping().then(() => null),
        (error) => `the queue does not answer: ${failureInWords(error)}. ${backend.cure}`,
      ),

    close: async () => {
      await Promise.all([...listeners].map((listener) => listener.stop()))
      await Promise.all(
        [...queues.values()].map((queue) => withTimeout(OPERATION_TIMEOUT_MS, queue.close(), () => undefined)),
      )
      await backend.close()
    },
  }
}

/**
 * Waits for the tickets in progress, however long they take, and for the worker to close.
 *
 * While the backend is down, BullMQ's close waits for it; once no ticket is in progress that is
 * pointless: the sweep rings again for what the queue still holds.
 */
async function drain(worker: BellWorker, inProgress: ReadonlySet<Promise<void>>): Promise<void> {
  let closed = false
  const closing = worker.close().then(() => {
    closed = true
  })
  do {
    await Promise.race([closing, Promise.allSettled(inProgress)])
    await withTimeout(OPERATION_TIMEOUT_MS, closing, () => undefined)
  } while (!closed && inProgress.size > 0)
}
