import { AsyncLocalStorage } from 'node:async_hooks'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fsyncSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sql } from 'kysely'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openDurable } from '../../src/record/embedded/durable-pglite.mjs'
import { maintainEmbedded, type Ledger, openLedger } from '../../src/record/ledger.ts'
import { freshDataDir } from '../support/fresh-embedded.ts'
import { type FreshLedger, openEmbeddedFresh } from '../support/ledger.ts'

const startWriter = (dataDir: string): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', 'tests/support/ledger-child.ts', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  if (child.stdout !== null) yield* createInterface({ input: child.stdout })
}

describe('the embedded ledger', () => {
  let fresh: FreshLedger
  let ledger: Ledger
  const lent: pg.PoolClient[] = []
  const borrow = async (): Promise<pg.PoolClient> => {
    const client = await ledger.pool.connect()
    lent.push(client)
    return client
  }
  beforeAll(async () => {
    fresh = await openEmbeddedFresh()
    ledger = fresh.ledger
    await ledger.pool.query('CREATE TABLE public.item (n int)')
  })
  afterEach(() => {
    for (const client of lent.splice(0)) client.release(true)
  })
  afterAll(() => fresh.dispose())

  const heardBy = (client: pg.PoolClient): Promise<string | undefined> =>
    new Promise((resolve) => client.once('notification', (message) => resolve(message.payload)))

  it('knows its tables and has a short log after its upkeep', async () => {
    await ledger.pool.query('CREATE TABLE public.many AS SELECT generate_series(1, 5000) AS n')
    const redo = async (): Promise<string> =>
      (await ledger.pool.query('SELECT redo_lsn::text AS at FROM pg_control_checkpoint()')).rows[0].at
    const before = await redo()
    await maintainEmbedded(ledger.pool)
    expect((await ledger.pool.query(`SELECT reltuples::int AS n FROM pg_class WHERE relname = 'many'`)).rows[0].n).toBe(
      5000,
    )
    expect(await redo()).not.toBe(before)
  })

  it('lets LISTEN wait for a foreign transaction instead of vanishing with its rollback', async () => {
    const [writer, listener] = [await borrow(), await borrow()]
    const elsewhere = AsyncLocalStorage.snapshot()
    await writer.query('BEGIN')
    const heard = heardBy(listener)
    const listening = elsewhere(() => listener.query('-- jobs\n/* of a route */ LISTEN "Jobs"'))
    await writer.query('ROLLBACK')
    await listening
    await ledger.pool.query(`SELECT pg_notify('Jobs', 'ring')`)
    expect(await heard).toBe('ring')
  })

  it('keeps others listening when one stops', async () => {
    const [stays, stops] = [await borrow(), await borrow()]
    await stays.query('LISTEN shared')
    await stops.query('LISTEN shared')
    await stops.query('UNLISTEN shared')
    let wrong: string | undefined
    stops.on('notification', (message) => (wrong = message.payload))
    const heard = heardBy(stays)
    await ledger.pool.query(`SELECT pg_notify('shared', 'still')`)
    expect(await heard).toBe('still')
    expect(wrong).toBeUndefined()
  })

  it('notifies only after the commit', async () => {
    const [listener, writer] = [await borrow(), await borrow()]
    await listener.query('LISTEN later')
    const heard: (string | undefined)[] = []
    listener.on('notification', (message) => heard.push(message.payload))
    await writer.query('BEGIN')
    await writer.query(`SELECT pg_notify('later', 'no')`)
    await writer.query('ROLLBACK')
    await writer.query(`BEGIN; SELECT pg_notify('later', 'yes'); COMMIT`)
    await listener.query('SELECT 1')
    expect(heard).toEqual(['yes'])
  })

  it('is free again after a whole transaction in one string', async () => {
    const client = await borrow()
    await client.query('BEGIN; INSERT INTO public.item VALUES (1); COMMIT')
    expect((await ledger.pool.query('SELECT n FROM public.item')).rows).toEqual([{ n: 1 }])
  })

  it('throws at once when the pool is asked from inside its own open transaction', async () => {
    const inside = ledger.db.transaction().execute(async (trx) => {
      await sql`SELECT 1`.execute(trx)
      await ledger.pool.query('SELECT 1')
    })
    await expect(inside).rejects.toMatchObject({
      code: 'DECORUM_INTERNAL',
      message: expect.stringContaining('would wait for ever'),
    })
    expect(await ledger.check()).toBeNull()
  })

  it('lets a sibling of a transaction wait and then run', async () => {
    const order: string[] = []
    await Promise.all([
      ledger.db.transaction().execute(async (trx) => {
        await sql`SELECT pg_sleep(0.05)`.execute(trx)
        order.push('transaction')
      }),
      sql`SELECT 1`.execute(ledger.db).then(() => order.push('sibling')),
      ledger.pool.query('SELECT 1').then(() => order.push('sibling')),
    ])
    expect(order.toSorted()).toEqual(['sibling', 'sibling', 'transaction'])
  })

  it('rolls back the transaction of a connection that is destroyed', async () => {
    const client = await ledger.pool.connect()
    await client.query('BEGIN')
    await client.query('DELETE FROM public.item')
    client.release(true)
    expect((await ledger.pool.query('SELECT count(*)::int AS n FROM public.item')).rows[0].n).toBe(1)
  })

  it('goes on after an aborted transaction, for its owner and for others', async () => {
    const client = await borrow()
    await client.query('BEGIN')
    await expect(client.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' })
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    await client.query('ROLLBACK')
    expect((await client.query('SELECT 7 AS n')).rows[0].n).toBe(7)
    expect(await ledger.check()).toBeNull()
  })

  it('lets timers run during a heavy statement', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    await ledger.pool.query('SELECT count(*) FROM generate_series(1, 3000000) AS a')
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
  })

  it('carries large answers and large parameters whole', async () => {
    const text = '催'.repeat(700_000)
    const { rows } = await ledger.pool.query('SELECT $1::text AS text', [text])
    expect(rows[0].text === text).toBe(true)
  })

  it('refuses a cursor rather than hang', async () => {
    const client = await borrow()
    client.on('error', () => undefined)
    const connection = (client as unknown as { connection: { flush(): void } }).connection
    const ended = new Promise((resolve) => client.once('end', () => resolve(null)))
    connection.flush()
    await ended
    expect(await ledger.check()).toBeNull()
  })
})

describe('a commit', () => {
  it('waits for the disk', async () => {
    const dataDir = await freshDataDir()
    let syncs = 0
    const engine = await openDurable(join(dataDir, 'ledger'), (fd) => {
      syncs++
      fsyncSync(fd)
    })
    await engine.exec('CREATE TABLE public.t (n int)')
    syncs = 0
    for (let n = 0; n < 10; n++) await engine.query('INSERT INTO public.t VALUES ($1)', [n])
    expect(syncs).toBeGreaterThanOrEqual(10)
    await engine.close()
    rmSync(dataDir, { recursive: true })
  })
})

describe('a data directory', () => {
  it('keeps every acknowledged row when its process is killed, and can be opened again', async () => {
    const dataDir = await freshDataDir()
    for (let round = 0; round < 2; round++) {
      const child = startWriter(dataDir)
      const exited = once(child, 'exit')
      const acknowledged: string[] = []
      for await (const line of linesOf(child)) {
        if (line !== 'open') acknowledged.push(line)
        if (acknowledged.length === 50) child.kill('SIGKILL')
      }
      await exited
      const ledger = await openLedger({ dataDir })
      const { rows } = await ledger.pool.query<{ n: number }>('SELECT n FROM public.written')
      expect(acknowledged.length).toBeGreaterThanOrEqual(50)
      expect(rows.length).toBeGreaterThanOrEqual(acknowledged.length)
      await ledger.pool.query('TRUNCATE public.written')
      await ledger.close()
    }
    rmSync(dataDir, { recursive: true })
  })

  it('refuses a second process while the first lives, and names it', async () => {
    const { ledger, source, dispose } = await openEmbeddedFresh()
    const dataDir = 'dataDir' in source ? source.dataDir : ''
    const child = startWriter(dataDir)
    for await (const line of linesOf(child)) expect(line).toBe('DECORUM_DATA_DIR_LOCKED')
    await expect(openLedger({ dataDir })).rejects.toMatchObject({
      code: 'DECORUM_DATA_DIR_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`),
    })
    expect(await ledger.check()).toBeNull()
    await dispose()
  })

  it.each([
    ['whose process is gone', { pid: 2 ** 22 + 1, host: hostname(), started: null }],
    ['whose number another process has now', { pid: process.ppid, host: hostname(), started: '1' }],
  ])('takes over a lock %s', async (_why, holder) => {
    const dataDir = await freshDataDir()
    writeFileSync(join(dataDir, 'decorum.lock'), JSON.stringify(holder))
    const ledger = await openLedger({ dataDir })
    expect(JSON.parse(readFileSync(join(dataDir, 'decorum.lock'), 'utf8')).pid).toBe(process.pid)
    await ledger.close()
    rmSync(dataDir, { recursive: true })
  })

  it('takes over a lock that a crash left half written', async () => {
    const dataDir = await freshDataDir()
    writeFileSync(join(dataDir, 'decorum.lock'), '{"pid":')
    const ledger = await openLedger({ dataDir })
    expect(await ledger.check()).toBeNull()
    await ledger.close()
    rmSync(dataDir, { recursive: true })
  })

  it('does not judge a lock of another machine, and says what to do', async () => {
    const dataDir = await freshDataDir()
    writeFileSync(join(dataDir, 'decorum.lock'), JSON.stringify({ pid: 1, host: 'elsewhere', started: null }))
    await expect(openLedger({ dataDir })).rejects.toMatchObject({
      code: 'DECORUM_DATA_DIR_LOCKED',
      hint: expect.stringContaining('remove'),
    })
    rmSync(dataDir, { recursive: true })
  })

  it('that is no ledger is refused with a cure, and not left locked', async () => {
    const dataDir = await freshDataDir()
    writeFileSync(join(dataDir, 'ledger', 'PG_VERSION'), '9.6')
    for (let i = 0; i < 2; i++)
      await expect(openLedger({ dataDir })).rejects.toMatchObject({ code: 'DECORUM_LEDGER_UNAVAILABLE' })
    rmSync(dataDir, { recursive: true })
  })
})
