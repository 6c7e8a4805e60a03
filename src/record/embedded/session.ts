import type { Engine } from './engine.ts'
import { fatal, readAnswer, simpleQuery, sqlOf, type TransactionState, unlistened } from './wire.ts'

/** One connection as the session sees it. */
export interface Connection {
  deliver(bytes: Buffer): void
  /** Ends the connection, after a last message if there is one. */
  terminate(last?: Buffer): void
}

interface Waiting {
  connection: Connection
  request: Buffer
}

/**
 * Shares PGlite's only session among connections, as if each had its own.
 *
 * A request (up to Sync) runs whole. A connection whose answer leaves a transaction open owns the
 * session until one of its answers leaves none; all others wait, LISTEN included: a LISTEN
 * inside another's transaction would vanish with its ROLLBACK. Ownership follows the
 * server's own transaction status, so `BEGIN; …; COMMIT` in one string needs no special case.
 * An owner that disconnects or stays idle is rolled back, as on a server.
 */
export class Session {
  readonly #engine: Engine
  readonly #idleLimitMs: number
  readonly #waiting: Waiting[] = []
  readonly #listening = new Map<Connection, Set<string>>()
  #owner: Connection | null = null
  #state: TransactionState = 'idle'
  #running = false
  #idleTimer: NodeJS.Timeout | undefined

  /** @param idleInTransactionMs  how long an open transaction may be idle */
  constructor(engine: Engine, idleInTransactionMs: number) {
    this.#engine = engine
    this.#idleLimitMs = idleInTransactionMs
    engine.onLost(() => {
      for (const connection of this.#listening.keys()) connection.terminate()
    })
  }

  join(connection: Connection): void {
    this.#listening.set(connection, new Set())
  }

  send(connection: Connection, request: Buffer): void {
    this.#waiting.push({ connection, request })
    void this.#run()
  }

  /** Removes a connection; its open transaction is rolled back. */
  leave(connection: Connection): void {
    if (!this.#listening.delete(connection)) return
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      if (this.#waiting[i]?.connection === connection) this.#waiting.splice(i, 1)
    }
    // The running request may open a transaction, so the rollback is queued and takes effect if the connection owns the session by then.
    this.#waiting.unshift({ connection, request: simpleQuery('ROLLBACK') })
    void this.#run()
  }

  ownedBy(connection: Connection): boolean {
    return this.#owner === connection
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    clearTimeout(this.#idleTimer)
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      try {
        await this.#answer(next)
      } catch {
        next.connection.terminate()
      }
    }
    this.#running = false
    if (this.#owner !== null) this.#idleTimer = setTimeout(() => this.#expire(), this.#idleLimitMs).unref()
  }

  #next(): Waiting | undefined {
    const index = this.#owner === null ? 0 : this.#waiting.findIndex((w) => w.connection === this.#owner)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  async #answer({ connection, request }: Waiting): Promise<void> {
    const gone = !this.#listening.has(connection)
    // A rollback for a connection that left with nothing open.
    if (gone && this.#owner !== connection) return
    const changes = gone ? [] : listeningIn(sqlOf(request))
    if (changes.some((change) => !change.on)) {
      this.#note(connection, changes)
      // Not while the request is still being written: pg waits for an answer only once it has sent everything.
      await Promise.resolve()
      connection.deliver(unlistened(this.#state))
      return
    }
    const answer = readAnswer(await this.#engine.ask(request))
    this.#state = answer.state
    this.#owner = answer.state === 'idle' ? null : connection
    this.#note(connection, changes)
    for (const { channel, message } of answer.notifications) {
      for (const [listener, channels] of this.#listening) if (channels.has(channel)) listener.deliver(message)
    }
    if (this.#listening.has(connection)) connection.deliver(answer.reply)
  }

  #note(connection: Connection, changes: { channel: string; on: boolean }[]): void {
    const channels = this.#listening.get(connection)
    for (const { channel, on } of changes) {
      if (on) channels?.add(channel)
      else if (channel === '*') channels?.clear()
      else channels?.delete(channel)
    }
  }

  #expire(): void {
    this.#owner?.terminate(fatal('25P03', 'terminating connection due to idle-in-transaction timeout'))
  }
}

const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g
const LISTEN = /(?:^|;)\s*(UN)?LISTEN\s+("(?:[^"]|"")+"|\w+|\*)/gi

/** A change of what one connection listens to. */
interface Listening {
  /** The channel's name as notifications carry it; `*` for all, of UNLISTEN only. */
  channel: string
  on: boolean
}

/** Does this SQL start or end listening? Comments before it (BullMQ writes them) do not hide it. */
export function listeningIn(sql: string): Listening[] {
  if (!/listen/i.test(sql)) return []
  return [...sql.replace(COMMENTS, '').matchAll(LISTEN)].map(([, un, name = '']) => ({
    channel: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
    on: un === undefined,
  }))
}
