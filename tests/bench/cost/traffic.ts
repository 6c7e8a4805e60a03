import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type pg from 'pg'

/** What went over the connections to PostgreSQL. */
export interface TrafficCounts {
  /** Connections taken from the pool: one for each transaction, or statement outside of one. */
  turns: number
  /** As PostgreSQL completed them, `BEGIN` and `COMMIT` included. */
  statements: number
  /** Those of them that PostgreSQL had to parse and plan; the others were prepared, or are as plain as `COMMIT`. */
  parsed: number
  trips: number
  sentBytes: number
  receivedBytes: number
}

/** pg's connection beneath a client: it emits each message of the protocol under its name. */
interface Wire extends EventEmitter {
  stream: Socket
}

/**
 * What goes over the connections of a pool?
 *
 * Counted at the socket, so that it holds however statements are sent: a round trip begins with the first bytes
 * that are sent after something was received. Statements that are sent together, without waiting for each other's
 * answers, are one.
 */
export class Traffic {
  readonly #counts: TrafficCounts = { turns: 0, statements: 0, parsed: 0, trips: 0, sentBytes: 0, receivedBytes: 0 }
  readonly #watched = new WeakSet<Wire>()

  constructor(pool: pg.Pool) {
    pool.on('acquire', (client) => {
      this.#counts.turns += 1
      this.#watch((client as unknown as { connection: Wire }).connection)
    })
  }

  read(): TrafficCounts {
    return { ...this.#counts }
  }

  #watch(wire: Wire): void {
    if (this.#watched.has(wire)) return
    this.#watched.add(wire)
    const counts = this.#counts
    const { stream } = wire
    let answered = true
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    stream.write = ((...args: unknown[]) => {
      counts.sentBytes += (args[0] as Buffer).length
      if (answered) counts.trips += 1
      answered = false
      return write(...args)
    }) as Socket['write']
    // Before pg itself hears of it, which may send the next statement at once.
    stream.prependListener('data', (chunk: Buffer) => {
      counts.receivedBytes += chunk.length
      answered = true
    })
    wire.on('commandComplete', () => (counts.statements += 1))
    wire.on('parseComplete', () => (counts.parsed += 1))
  }
}
