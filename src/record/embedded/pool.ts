import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import { DecorumError } from '../../model/errors.ts'
import { pgTypes, PreparingClient } from '../pg/connection.ts'
import type { Session } from './session.ts'
import { SessionSocket } from './socket.ts'

/** One checkout of a client; ends with its release. */
interface Lease {
  readonly socket: SessionSocket
  live: boolean
}

/** Which leases the running code has queried through. */
const used = new AsyncLocalStorage<readonly Lease[]>()

type Connect = pg.Pool['connect']

/**
 * A pg.Pool whose clients share one embedded session.
 *
 * A query through the pool, or another client, from inside an open transaction would deadlock
 * with that transaction: it throws at once instead.
 */
export class EmbeddedPool extends pg.Pool {
  readonly #leases = new WeakMap<pg.PoolClient, Lease>()

  constructor(session: Session, size: number) {
    super({
      max: size,
      types: pgTypes,
      stream: () => new SessionSocket(session) as never,
      // Without these pg would read PGHOST, PGSSLMODE and the like from the environment.
      host: 'embedded',
      port: 5432,
      user: 'postgres',
      password: '',
      database: 'postgres',
      ssl: false,
      keepAlive: true,
      idleTimeoutMillis: 0,
      pipeline: true,
      Client: PreparingClient,
    } as pg.PoolConfig)
    this.on('connect', (client) => this.#guard(client))
    this.on('acquire', (client) => this.#leases.set(client, { socket: socketOf(client), live: true }))
    this.on('release', (_error, client) => {
      const lease = this.#leases.get(client)
      if (lease !== undefined) lease.live = false
    })
  }

  override connect: Connect = ((callback?: (error: Error, client: undefined, done: () => void) => void) => {
    const trap = wouldHang(null)
    const connect = super.connect as (c?: unknown) => Promise<pg.PoolClient>
    if (trap === null) return connect.call(this, callback)
    if (callback === undefined) return Promise.reject(trap)
    callback(trap, undefined, () => undefined)
    return undefined
  }) as Connect

  /** Marks the code that queries through a client, for as long as the client is checked out. */
  #guard(client: pg.PoolClient): void {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    client.query = ((...args: unknown[]) => {
      const lease = this.#leases.get(client)
      const trap = wouldHang(lease ?? null)
      if (trap !== null) return Promise.reject(trap)
      const before = (used.getStore() ?? []).filter((l) => l.live)
      if (lease !== undefined && !before.includes(lease)) used.enterWith([...before, lease])
      return query(...args)
    }) as pg.PoolClient['query']
  }
}

function wouldHang(own: Lease | null): DecorumError | null {
  const inside = (used.getStore() ?? []).some((lease) => lease !== own && lease.live && lease.socket.inTransaction)
  if (!inside) return null
  return new DecorumError(
    'DECORUM_INTERNAL',
    'a query outside of an open embedded transaction, from inside it, would wait for ever',
    {
      hint: 'Pass the transaction on, and use it instead of the ledger.',
    },
  )
}

const socketOf = (client: pg.PoolClient): SessionSocket =>
  (client as unknown as { connection: { stream: SessionSocket } }).connection.stream
