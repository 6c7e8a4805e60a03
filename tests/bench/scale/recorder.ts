import type { Socket } from 'node:net'
import type pg from 'pg'
import { messagesOf, nameOfParse, PARSE, READY_FOR_QUERY } from './wire.ts'

/** What one piece of work sent to PostgreSQL. */
export interface Exchange {
  /** In their order, each once PostgreSQL has been ready again so often: what was sent without waiting is one. */
  sends: { after: number; bytes: Buffer }[]
  /** How often PostgreSQL is ready again when all of it is answered. */
  answers: number
}

/**
 * What does a piece of work send to PostgreSQL, byte by byte?
 *
 * Of a pool that has one connection. Statements are prepared once a connection, so those are kept
 * apart: whoever sends an exchange again prepares them first.
 */
export class Recorder {
  /** The messages that prepare a statement, by its name. */
  readonly prepared = new Map<string, Buffer>()
  #exchange: Exchange = { sends: [], answers: 0 }
  #connections = 0

  /** @param pool  one that has not connected yet */
  constructor(pool: pg.Pool) {
    pool.options.idleTimeoutMillis = 0
    pool.on('connect', (client) => {
      this.#connections += 1
      this.#watch((client as unknown as { connection: { stream: Socket } }).connection.stream)
    })
  }

  /** Everything since this was last asked, or since the connection was made. */
  take(): Exchange {
    if (this.#connections > 1) throw new Error('the work used several connections, of which one was to be recorded')
    const { sends, answers } = this.#exchange
    this.#exchange = { sends: [], answers: 0 }
    return { sends, answers }
  }

  #watch(stream: Socket): void {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    const sent = messagesOf((type, message) => {
      const name = type === PARSE ? nameOfParse(message) : ''
      if (name === '') this.#send(message)
      else this.prepared.set(name, Buffer.from(message))
    })
    stream.write = ((...args: unknown[]) => {
      sent(args[0] as Buffer)
      return write(...args)
    }) as Socket['write']
    // Before pg itself hears of it, which may send the next statement at once.
    stream.prependListener(
      'data',
      messagesOf((type) => {
        if (type === READY_FOR_QUERY) this.#exchange.answers += 1
      }),
    )
  }

  #send(message: Buffer): void {
    const { sends, answers } = this.#exchange
    const last = sends.at(-1)
    if (last?.after === answers) last.bytes = Buffer.concat([last.bytes, message])
    else sends.push({ after: answers, bytes: Buffer.from(message) })
  }
}
