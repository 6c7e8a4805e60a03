import type { Socket } from 'node:net'
import type pg from 'pg'
import type { Exchange } from './recorder.ts'
import type { RecordedClaim } from './recording.ts'
import { ERROR_RESPONSE, messagesOf, READY_FOR_QUERY, SYNC, textOfError } from './wire.ts'

/** A connection on which recorded exchanges are sent again, with as little processor time as that takes: no row is read. */
export class ReplayConnection {
  readonly #client: pg.PoolClient
  readonly #stream: Socket
  #exchange: Exchange | null = null
  #next = 0
  #answered = 0
  #resolve: () => void = () => {}
  #reject: (error: Error) => void = () => {}

  private constructor(client: pg.PoolClient) {
    this.#client = client
    this.#stream = (client as unknown as { connection: { stream: Socket } }).connection.stream
    // pg itself would take answers to what it has not asked for a fault.
    this.#stream.removeAllListeners('data')
    this.#stream.on(
      'data',
      messagesOf((type, message) => {
        if (type === READY_FOR_QUERY) this.#ready()
        else if (type === ERROR_RESPONSE)
          this.#reject(new Error(`a statement sent again failed: ${textOfError(message)}`))
      }),
    )
    this.#stream.on('close', () => this.#reject(new Error('PostgreSQL closed a connection')))
  }

  /** @param pool  with connections as the recorded one had */
  static async open(pool: pg.Pool, prepared: readonly Buffer[]): Promise<ReplayConnection> {
    const connection = new ReplayConnection(await pool.connect())
    await connection.play({ sends: [{ after: 0, bytes: Buffer.concat([...prepared, SYNC]) }], answers: 1 })
    return connection
  }

  /** Sends all of it, each part when it was sent, and resolves when all is answered. */
  play(exchange: Exchange): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#exchange = exchange
      this.#next = this.#answered = 0
      this.#resolve = resolve
      this.#reject = reject
      this.#sendOn(exchange)
    })
  }

  close(): void {
    this.#client.release(true)
  }

  #ready(): void {
    const exchange = this.#exchange
    if (exchange === null) return
    this.#answered += 1
    this.#sendOn(exchange)
    if (this.#answered < exchange.answers) return
    this.#exchange = null
    this.#resolve()
  }

  #sendOn({ sends }: Exchange): void {
    for (; (sends[this.#next]?.after ?? Number.POSITIVE_INFINITY) <= this.#answered; this.#next++)
      this.#stream.write((sends[this.#next] as Exchange['sends'][number]).bytes)
  }
}

/**
 * Sends recorded work again: the claims one after the other on a connection of their own, as one planner does, and
 * meanwhile the tickets of those that are done, so many at once as there are other connections.
 */
export async function replay(
  claims: readonly RecordedClaim[],
  claiming: ReplayConnection,
  sending: readonly ReplayConnection[],
): Promise<void> {
  let last = Promise.resolve()
  const waiting = claims
    .flatMap(({ claim, tickets }) => {
      const claimed = (last = last.then(() => claiming.play(claim)))
      return tickets.map((ticket) => ({ ticket, claimed }))
    })
    .values()
  await Promise.all([
    last,
    ...sending.map(async (connection) => {
      for (const { ticket, claimed } of waiting) {
        await claimed
        await connection.play(ticket.reserve)
        await connection.play(ticket.settle)
      }
    }),
  ])
}
