import type { Doorbell } from '../../queue/doorbell.ts'

/** A doorbell of which one can know when every ring has been answered. */
export interface CountedDoorbell extends Doorbell {
  /** Resolves when no ticket is in the queue or in hand. */
  quiet(): Promise<void>
}

/**
 * Counts rings and answers of a doorbell, so that a stepped clock can wait for both without polling.
 *
 * Right where one process both rings and listens on every route that is rung; the demonstration does.
 */
export function countedDoorbell(inner: Doorbell): CountedDoorbell {
  const waiting = new Set<string>()
  let whenQuiet: (() => void)[] = []
  const done = (ring: string): void => {
    waiting.delete(ring)
    if (waiting.size > 0) return
    for (const resolve of whenQuiet) resolve()
    whenQuiet = []
  }
  return {
    async ring(route, ticket) {
      waiting.add(ticket.ring)
      const rung = await inner.ring(route, ticket)
      if (!rung) done(ticket.ring)
      return rung
    },
    listen: (route, concurrency, answer) => inner.listen(route, concurrency, async (ticket) => {
      try {
        await answer(ticket)
      } finally {
        done(ticket.ring)
      }
    }),
    check: () => inner.check(),
    close: () => inner.close(),
    quiet: () => (waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => whenQuiet.push(resolve))),
  }
}
