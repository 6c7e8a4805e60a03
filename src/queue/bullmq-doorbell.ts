import type pg from 'pg'
import { DecorumError } from '../model/errors.ts'
import { TICKET_OPTIONS, type BellQueue, type BellWorker } from './bell-backend.ts'
import type { Doorbell, Listener, Ticket } from './doorbell.ts'
import { Outage, describe, type DoorbellOptions } from './outage.ts'
import { postgresBackend } from './postgres-backend.ts'
import { redisBackend } from './redis-backend.ts'
import { readTicket } from './ticket.ts'
import { within } from './within.ts'

/** An add hangs while Redis is down; the planner goes on after this, and the sweep repairs. */
const PATIENCE_MS = 2_000

/** Redis, or the ledger's own PostgreSQL (`ledger.pool`, embedded too). */
export type DoorbellPlace = { redisUrl: string; namespace?: string } | { ledgerPool: pg.Pool }

/**
 * The doorbell on BullMQ: one queue per route, a ticket per job, nothing kept after it.
 *
 * Connections are opened at once and kept open for ever; an unreachable backend is told to
 * `onError` once, and `onRecovered` when it is back.
 *
 * @throws DECORUM_CONFIG when the Redis URL cannot be read
 */
export function bullmqDoorbell(place: DoorbellPlace, options: DoorbellOptions = {}): Doorbell {
  const outage = new Outage(options)
  const backend =
    'redisUrl' in place ? redisBackend(place.redisUrl, place.namespace ?? 'decorum', outage) : postgresBackend(place.ledgerPool)
  const queues = new Map<string, BellQueue>()
  const listeners = new Set<Listener>()

  const queueOf = (route: string): BellQueue => {
    const known = queues.get(route)
    if (known !== undefined) return known
    const queue = backend.queue(route)
    queue.on('error', (error) => outage.note(error))
    queues.set(route, queue)
    return queue
  }

  const add = async (route: string, ticket: Ticket): Promise<true> => {
    await backend.ready()
    await queueOf(route).add('ring', ticket, { ...TICKET_OPTIONS, jobId: ticket.ring })
    outage.over()
    return true
  }

  return {
    ring: (route, ticket) =>
      within(PATIENCE_MS, add(route, ticket), (error) => {
        outage.note(error)
        return false
      }),

    listen: async (route, concurrency, answer) => {
      await backend.ready().catch((error: unknown) => {
        throw new DecorumError('DECORUM_QUEUE_UNAVAILABLE', `cannot listen to route ${route}: ${describe(error)}`, { hint: backend.cure, cause: error })
      })
      const inHand = new Set<Promise<void>>()
      const worker = backend.worker(route, concurrency, async ({ data }) => {
        const ticket = readTicket(data)
        if (ticket === null) return outage.note(new Error(`a job on route ${route} is not a ticket; it was dropped`))
        const answering = answer(ticket).finally(() => inHand.delete(answering))
        inHand.add(answering)
        await answering
      })
      worker.on('error', (error) => outage.note(error))
      const listener: Listener = {
        stop: () => end(() => drain(worker, inHand)),
        abort: () => end(() => within(PATIENCE_MS, worker.close(true), () => undefined)),
      }
      const end = async (close: () => Promise<void>): Promise<void> => {
        listeners.delete(listener)
        await close()
      }
      listeners.add(listener)
      return listener
    },

    check: () =>
      within(
        PATIENCE_MS,
        backend.ping().then(() => null),
        (error) => `the queue does not answer: ${describe(error)}. ${backend.cure}`,
      ),

    close: async () => {
      await Promise.all([...listeners].map((listener) => listener.stop()))
      await Promise.all([...queues.values()].map((queue) => within(PATIENCE_MS, queue.close(), () => undefined)))
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
    await within(PATIENCE_MS, closing, () => undefined)
  } while (!closed && inHand.size > 0)
}
