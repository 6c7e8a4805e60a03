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
