import type { Ticket } from './doorbell.ts'

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
export interface BellJob {
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
  worker(route: string, shard: number, concurrency: number, process: (job: BellJob, token?: string) => Promise<void>): BellWorker
  /** Rejects when the backend does not answer. */
  ping(): Promise<unknown>
  /** Said by `check` after the problem. */
  readonly cure: string
  close(): Promise<void>
}
