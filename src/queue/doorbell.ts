import { z } from 'zod'

/** What travels: ids only, 1 to 50 reminders of one route. It proves nothing; the ledger decides. */
export interface Ticket {
  /** One ringing; the ledger holds a reminder as `queued` under exactly one. */
  ring: string
  reminderIds: string[]
}

/** A worker's ear on one route. */
export interface Listener {
  /** Stop taking tickets; resolves when those in hand are done. */
  stop(): Promise<void>
  /** Forget those in hand. */
  abort(): Promise<void>
}

/**
 * The doorbell: wakes workers, remembers nothing that matters.
 *
 * Losing every ticket loses nothing (the sweep rings again); hearing one twice
 * repeats nothing (the fence in `reserve` lets one through).
 */
export interface Doorbell {
  /** Rings one route, on whichever of its shards takes it. Gives up after 2 s: resolves false, and the sweep repairs. */
  ring(route: string, ticket: Ticket): Promise<boolean>
  /** Calls `answer` for each ticket on any shard of the route, up to `concurrency` at once. An `answer` that throws loses the ticket, nothing more. */
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

/** How soon a worker asks again after an error; BullMQ's own 15 s would leave a route deaf that long after an outage. */
export const RETRY_MS = 2_000

/** The slice of BullMQ's Queue that rings. */
export interface BellQueue {
  add(name: string, ticket: Ticket, options: typeof TICKET_OPTIONS & { jobId: string }): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
}

/** The slice of BullMQ's Worker that listens. */
export interface BellWorker {
  on(event: 'error', listener: (error: Error) => void): unknown
  close(force?: boolean): Promise<void>
}

/** The slice of BullMQ's Job that is heard. */
interface BellJob {
  data: unknown
  /** Leaves it to another worker; the one that holds it must then throw WaitingError. */
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
  /** Said by `check` after the problem. */
  readonly cure: string
  close(): Promise<void>
}

/** A shard that did not take a ring is tried last for so long, in machine time. */
const REST_MS = 5_000

/**
 * Which of a route's shards takes a ring?
 *
 * Each ring has a shard of its own, so that a route's tickets spread over the nodes of a cluster;
 * while that shard does not answer another one takes them. A ticket means the same on any of
 * them: every worker of the route hears all.
 */
export class Shards {
  readonly #restUntil: number[]
  readonly #now: () => number

  /** @param now  machine monotonic time in milliseconds; given in tests */
  constructor(count: number, now: () => number = () => performance.now()) {
    this.#restUntil = Array.from({ length: count }, () => Number.NEGATIVE_INFINITY)
    this.#now = now
  }

  /**
   * All shards in the order in which this ring tries them: its own first, those that rest last.
   *
   * @param ring  a uuid; its last digits are random in every version that is in use
   */
  orderFor(ring: string): number[] {
    const count = this.#restUntil.length
    const own = Number.parseInt(ring.slice(-8), 16) % count
    const order = Array.from({ length: count }, (_, i) => (own + i) % count)
    const rests = (shard: number): boolean => (this.#restUntil[shard] as number) > this.#now()
    return [...order.filter((shard) => !rests(shard)), ...order.filter(rests)]
  }

  failed(shard: number): void {
    this.#restUntil[shard] = this.#now() + REST_MS
  }

  answered(shard: number): void {
    this.#restUntil[shard] = Number.NEGATIVE_INFINITY
  }
}
