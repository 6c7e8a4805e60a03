import { z } from 'zod'

/** The queue's payload: ids only, 1 to 50 reminders of one route. It proves nothing; the ledger decides. */
export interface Ticket {
  /** One ringing; the ledger holds a reminder as `queued` under exactly one. */
  ring: string
  reminderIds: string[]
}

/** A worker's subscription to one route. */
export interface Listener {
  /** Stops taking tickets; resolves when those in progress are done. */
  stop(): Promise<void>
  /** Stops at once and abandons those in progress. */
  abort(): Promise<void>
}

/**
 * The doorbell: wakes workers and holds no state of its own.
 *
 * A lost ticket loses no reminder (the sweep rings again); a ticket delivered twice
 * repeats no call (the fence in `reserve` lets one through).
 */
export interface Doorbell {
  /** Rings one route, on the first of its shards that takes the ticket. False after 2 s without success: the sweep rings again. */
  ring(route: string, ticket: Ticket): Promise<boolean>
  /** Calls `answer` for each ticket on any shard of the route, up to `concurrency` at once. An `answer` that throws loses only the ticket. */
  listen(route: string, concurrency: number, answer: (ticket: Ticket) => Promise<void>): Promise<Listener>
  /** Null when the backend answers; otherwise what is wrong and what to do. */
  check(): Promise<string | null>
  close(): Promise<void>
}

const TicketShape = z.strictObject({
  ring: z.uuid(),
  reminderIds: z.array(z.uuid()).min(1).max(50),
})

/** The ticket in a job's data, or null when something else wrote that job. */
export function readTicket(data: unknown): Ticket | null {
  const parsed = TicketShape.safeParse(data)
  return parsed.success ? parsed.data : null
}

/** The job options of every ticket. With BullMQ's default retention, a second ring under one id is ignored for ever (measured). */
export const TICKET_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const

/** How soon a worker retries after an error; with BullMQ's default of 15 s a route would stay idle that long after an outage. */
export const RETRY_MS = 2_000

/** The part of BullMQ's Queue that ringing needs. */
export interface BellQueue {
  add(name: string, ticket: Ticket, options: typeof TICKET_OPTIONS & { jobId: string }): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
}

/** The part of BullMQ's Worker that listening needs. */
export interface BellWorker {
  on(event: 'error', listener: (error: Error) => void): unknown
  close(force?: boolean): Promise<void>
}

/** The part of BullMQ's Job that listening needs. */
interface BellJob {
  data: unknown
  /** Returns it to the queue for another worker; the caller must then throw WaitingError. */
  moveToWait(token: string | undefined): Promise<unknown>
}

/** What differs between BullMQ's backends. */
export interface BellBackend {
  /** How many queues each route has, numbered from 0. */
  readonly shards: number
  /** Resolves when queues can be used; rejects when the backend does not answer. */
  ready(): Promise<void>
  queue(route: string, shard: number): BellQueue
  worker(
    route: string,
    shard: number,
    concurrency: number,
    process: (job: BellJob, token?: string) => Promise<void>,
  ): BellWorker
  /** Rejects when the backend does not answer. */
  ping(): Promise<unknown>
  /** Appended by `check` to the problem. */
  readonly cure: string
  close(): Promise<void>
}

/** For how long a shard that did not take a ring is tried last, in machine time. */
const COOLDOWN_MS = 5_000

/**
 * Which of a route's shards takes a ring?
 *
 * Each ring hashes to a shard of its own, so that a route's tickets spread over the nodes of a cluster;
 * while that shard does not answer another one takes them. Any shard will do: every worker of the
 * route listens to all of them.
 */
export class Shards {
  readonly #coolingUntil: number[]
  readonly #now: () => number

  /** @param now  machine monotonic time in milliseconds; given in tests */
  constructor(count: number, now: () => number = () => performance.now()) {
    this.#coolingUntil = Array.from({ length: count }, () => Number.NEGATIVE_INFINITY)
    this.#now = now
  }

  /**
   * All shards in the order in which this ring tries them: its own first, those cooling down last.
   *
   * @param ring  a uuid; its last digits are random in every version that is in use
   */
  orderFor(ring: string): number[] {
    const count = this.#coolingUntil.length
    const own = Number.parseInt(ring.slice(-8), 16) % count
    const order = Array.from({ length: count }, (_, i) => (own + i) % count)
    const isCooling = (shard: number): boolean => (this.#coolingUntil[shard] as number) > this.#now()
    return [...order.filter((shard) => !isCooling(shard)), ...order.filter(isCooling)]
  }

  failed(shard: number): void {
    this.#coolingUntil[shard] = this.#now() + COOLDOWN_MS
  }

  answered(shard: number): void {
    this.#coolingUntil[shard] = Number.NEGATIVE_INFINITY
  }
}
