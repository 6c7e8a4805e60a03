import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ledger, openLedger } from '../../src/record/ledger.ts'
import { checkSchema, migrate, type Migration, MIGRATIONS, requireSchema } from '../../src/record/migrate.ts'
import { freshDatabase } from '../support/fresh-database.ts'
import { eachLedger } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'

const last = MIGRATIONS.at(-1)?.number ?? 0
const next = (breaking: boolean, up: (db: Kysely<unknown>) => Promise<void> = async () => undefined): Migration => ({
  number: last + 1,
  name: `000${last + 1}-next`,
  breaking,
  up,
})

eachLedger('migrating', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
  })

  it('leaves a migrated ledger as it is', async () => {
    expect(await migrate(ledger)).toEqual([])
    expect(await checkSchema(ledger)).toEqual({ state: 'ok', ledger: last, build: last })
    await requireSchema(ledger)
  })

  it('undoes everything when a step fails half way', async () => {
    const failing = next(true, async (db) => {
      await sql`CREATE TABLE decorum.half (n int)`.execute(db)
      await sql`SELECT 1/0`.execute(db)
    })
    await expect(migrate(ledger, [...MIGRATIONS, failing])).rejects.toMatchObject({ code: '22012' })
    const { rows } = await ledger.pool.query(`SELECT to_regclass('decorum.half') AS found`)
    expect(rows[0].found).toBeNull()
    expect(await checkSchema(ledger, [...MIGRATIONS, failing])).toEqual({
      state: 'older',
      ledger: last,
      build: last + 1,
    })
  })

  it('goes on beside a newer step that breaks nothing', async () => {
    const fresh = await openFresh()
    await migrate(fresh.ledger, [...MIGRATIONS, next(false)])
    expect((await checkSchema(fresh.ledger)).state).toBe('ok')
    await requireSchema(fresh.ledger)
  })

  it.each([
    ['whole', ['0001-ledger', '0002-outbox-endpoints', '0003-permits-and-doubts'], [true, true, false]],
    ['at its first step', ['0001-ledger'], [true]],
    ['before each thing was written once', ['0001-initial'], [true]],
  ])(
    'refuses a ledger of a build that was never released, %s, and leaves it as it is',
    async (_how, names, breaking) => {
      const fresh = await openFresh()
      const { pool } = fresh.ledger
      await pool.query('TRUNCATE decorum.migration')
      await pool.query(
        'INSERT INTO decorum.migration (number, name, breaking) SELECT n, name, b FROM unnest($1::text[], $2::boolean[]) WITH ORDINALITY AS step (name, b, n)',
        [names, breaking],
      )
      expect(await checkSchema(fresh.ledger)).toEqual({ state: 'foreign', ledger: names.length, build: last })
      await expect(requireSchema(fresh.ledger)).rejects.toMatchObject({ code: 'DECORUM_SCHEMA_FOREIGN' })
      await expect(migrate(fresh.ledger)).rejects.toMatchObject({ code: 'DECORUM_SCHEMA_FOREIGN' })
      expect(
        (await pool.query('SELECT name FROM decorum.migration ORDER BY number')).rows.map((row) => row.name),
      ).toEqual(names)
    },
  )

  it('refuses a ledger that a newer build has changed under it', async () => {
    const fresh = await openFresh()
    await migrate(fresh.ledger, [...MIGRATIONS, next(true)])
    expect(await checkSchema(fresh.ledger)).toEqual({ state: 'newer', ledger: last + 1, build: last })
    await expect(requireSchema(fresh.ledger)).rejects.toMatchObject({ code: 'DECORUM_SCHEMA_NEWER' })
    await expect(migrate(fresh.ledger)).rejects.toMatchObject({ code: 'DECORUM_SCHEMA_NEWER' })
  })
})

whenThere('PostgreSQL', 'migrating from several processes', (serverUrl) => {
  describe('migrating an empty database from several processes at once', () => {
    const ledgers: Ledger[] = []
    let drop: () => Promise<void>
    beforeAll(async () => {
      const database = await freshDatabase(serverUrl)
      drop = database.drop
      for (let i = 0; i < 4; i++) ledgers.push(await openLedger({ databaseUrl: database.url }))
      await ledgers[0]?.pool.query('DROP SCHEMA decorum CASCADE')
    })
    afterAll(async () => {
      for (const ledger of ledgers) await ledger.close()
      await drop()
    })

    it('is known to be older before', async () => {
      await expect(requireSchema(ledgers[0] as Ledger)).rejects.toMatchObject({ code: 'DECORUM_SCHEMA_OLDER' })
    })

    it('applies each step once', async () => {
      const applied = await Promise.all(ledgers.map((ledger) => migrate(ledger)))
      expect(applied.flat()).toEqual(MIGRATIONS.map((m) => m.name))
      await requireSchema(ledgers[3] as Ledger)
    })
  })
})
