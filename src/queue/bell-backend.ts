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

/** What differs between BullMQ's backends. */
export interface BellBackend {
  /** Resolves when queues can be used; rejects when the backend does not answer. */
  ready(): Promise<void>
  queue(route: string): BellQueue
  worker(route: string, concurrency: number, process: (job: { data: unknown }) => Promise<void>): BellWorker
  /** Rejects when the backend does not answer. */
  ping(): Promise<unknown>
  /** Said by `check` after the problem. */
  readonly cure: string
  close(): Promise<void>
}
