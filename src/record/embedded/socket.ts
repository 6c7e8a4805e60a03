import { Duplex } from 'node:stream'
import type { Connection, Session } from './session.ts'
import { GREETING, RequestReader, fatal } from './wire.ts'

/**
 * What `pg.Client` takes for its TCP socket: the other end is the shared session.
 *
 * pg thus does its own parsing, typing and error mapping, exactly as with a server.
 */
export class SessionSocket extends Duplex implements Connection {
  readonly #session: Session
  readonly #reader = new RequestReader()

  constructor(session: Session) {
    super()
    this.#session = session
  }

  connect(): this {
    this.#session.join(this)
    queueMicrotask(() => this.emit('connect'))
    return this
  }

  get inTransaction(): boolean {
    return this.#session.ownedBy(this)
  }

  deliver(bytes: Buffer): void {
    if (!this.destroyed && !this.readableEnded) this.push(bytes)
  }

  terminate(last?: Buffer): void {
    if (last !== undefined) this.deliver(last)
    this.#session.leave(this)
    this.push(null)
    this.destroySoon()
  }

  destroySoon(): void {
    setImmediate(() => this.destroy())
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const input = this.#reader.read(chunk)
    if (input.started) this.push(GREETING)
    for (const request of input.requests) this.#session.send(this, request)
    if (input.flushed) this.terminate(fatal('0A000', 'the embedded ledger has no cursors; read in pages'))
    done()
  }

  override _read(): void {}

  override _final(done: (error?: Error | null) => void): void {
    this.#session.leave(this)
    this.push(null)
    done()
    this.destroySoon()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#session.leave(this)
    done(error)
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
