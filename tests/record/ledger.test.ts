import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { openLedger, type Ledger } from '../../src/record/ledger.ts'
import { freePort } from '../support/child-server.ts'
import { eachLedger } from '../support/ledger.ts'

eachLedger('an open ledger', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
  })

  it('answers a check', async () => {
    expect(await ledger.check()).toBeNull()
  })

  it('gives bigint as number, date as text, timestamptz as Date, bytea as Buffer, arrays and JSON as they are', async () => {
    const { rows } = await ledger.pool.query(
      `SELECT 9007199254740991::bigint AS big, '2026-03-01'::date AS day, '2026-03-01T00:00:00Z'::timestamptz AS at,
              '\\x00ff'::bytea AS bytes, ARRAY['a','b'] AS list, '{"a":[1]}'::jsonb AS json, 1.50::numeric AS exact`,
    )
    expect(rows[0]).toEqual({
      big: 9007199254740991,
      day: '2026-03-01',
      at: new Date('2026-03-01T00:00:00Z'),
      bytes: Buffer.from([0, 255]),
      list: ['a', 'b'],
      json: { a: [1] },
      exact: '1.50',
    })
  })

  it('keeps a transaction whole: what is rolled back was never there', async () => {
    const attempt = ledger.db.transaction().execute(async (trx) => {
      await sql`CREATE TABLE public.gone (n int)`.execute(trx)
      throw new Error('changed my mind')
    })
    await expect(attempt).rejects.toThrow('changed my mind')
    const { rows } = await ledger.pool.query(`SELECT to_regclass('public.gone') AS found`)
    expect(rows[0].found).toBeNull()
  })

  it('reports errors of SQL with their state, and goes on', async () => {
    await expect(ledger.pool.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' })
    await expect(ledger.pool.query('SELECT $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' })
    expect(await ledger.check()).toBeNull()
  })

  it('keeps concurrent transactions apart', async () => {
    await ledger.pool.query('CREATE TABLE public.tally (n int)')
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        ledger.db.transaction().execute(async (trx) => {
          await sql`INSERT INTO public.tally VALUES (${n})`.execute(trx)
          await sql`SELECT pg_sleep(0.001)`.execute(trx)
          if (n % 2 === 1) await sql`DELETE FROM public.tally WHERE n = ${n}`.execute(trx)
        }),
      ),
    )
    const { rows } = await ledger.pool.query('SELECT count(*)::int AS n FROM public.tally')
    expect(rows[0].n).toBe(10)
  })

  it('can be closed twice', async () => {
    const other = await openFresh()
    await Promise.all([other.ledger.close(), other.ledger.close()])
    await expect(other.ledger.close()).resolves.toBeUndefined()
  })
})

describe('a ledger on a server that does not answer', () => {
  it('says so within seconds, without the password', async () => {
    const ledger = await openLedger({ databaseUrl: `postgres://someone:secret@127.0.0.1:${await freePort()}/x` })
    const problem = await ledger.check()
    expect(problem).toMatch(/ECONNREFUSED/)
    expect(problem).not.toContain('secret')
    await ledger.close()
  })

  it('refuses a DATABASE_URL that is not one, without repeating it', async () => {
    await expect(openLedger({ databaseUrl: 'mysql://u:secret@h/x' })).rejects.toMatchObject({
      code: 'DECORUM_CONFIG',
      message: expect.not.stringContaining('secret'),
    })
  })
})
