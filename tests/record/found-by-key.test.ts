import { sql, type Transaction } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anchorsOf, passFence } from '../../src/record/dispatch/fence.ts'
import { writeReservation } from '../../src/record/dispatch/reservation.ts'
import { newId } from '../../src/record/id.ts'
import { heldByAdding } from '../../src/record/locks.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { lookUpByKey, readInBulk } from '../../src/record/pg/batch.ts'
import { clearPlanAt } from '../../src/record/planning.ts'
import type { Database, Db } from '../../src/record/schema.ts'
import { eachLedger, type FreshLedger, openServerFresh } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'

type Work = (trx: Transaction<Database>) => Promise<unknown>

/** What a batch costs must not grow with what waits beside it: its rows are found by their keys and not among all that are queued or due. */
whenThere('PostgreSQL', 'a batch is found by its keys', () => {
  describe('whatever waits beside it', () => {
    let fresh: FreshLedger
    const now = Date.now()
    beforeAll(async () => {
      fresh = await openServerFresh()
    })
    afterAll(() => fresh.dispose())

    /** The plan that the connection keeps for the statement of this name. */
    const planOf = (name: string, work: Work): Promise<string> =>
      fresh.ledger.db.transaction().execute(async (trx) => {
        await lookUpByKey(trx)
        // Nothing there to write is an error of some; the statement is prepared all the same.
        await sql`SAVEPOINT before`.execute(trx)
        await work(trx).catch(() => undefined)
        await sql`ROLLBACK TO before`.execute(trx)
        const { rows } = await sql<{ name: string; types: string[] }>`
          SELECT name, parameter_types::text[] AS types FROM pg_prepared_statements WHERE name LIKE ${`${name}\\_%`}`.execute(
          trx,
        )
        const { name: prepared, types } = rows[0] ?? { name: 'none', types: [] }
        // An id says which month's piece is meant; without one all of them are left out.
        const values = types.map((type) => (type === 'uuid' ? `'${newId()}'` : 'NULL'))
        const plan = await sql<{
          'QUERY PLAN': string
        }>`EXPLAIN EXECUTE ${sql.id(prepared)}(${sql.raw(values.join(', '))})`.execute(trx)
        return plan.rows.map((row) => row['QUERY PLAN']).join('\n')
      })

    const ring = newId()
    const nobody = newId()
    const step = {
      reminderId: newId(),
      status: 'sending' as const,
      nextAt: now,
      decisions: 1,
      decidedAs: null,
      endReason: null,
      tries: 1,
    }
    it.each<[statement: string, by: RegExp, work: Work]>([
      ['anchors', /reminder_pkey/, (trx) => anchorsOf(trx, ring, [newId()])],
      ['pass-fence', /reminder_pkey/, (trx) => passFence(trx, ring, [newId()])],
      [
        'write-reservation',
        /reminder_pkey/,
        (trx) => writeReservation(heldByAdding(trx, []), ring, { decisions: [], attempts: [], steps: [step] }, now),
      ],
      [
        'stop-looking',
        /account_recipient/,
        (trx) => clearPlanAt(heldByAdding(trx, [nobody]), [nobody], [newId()], new Date(now)),
      ],
    ])('%s', async (name, by, work) => {
      const plan = await planOf(name, work)
      expect(plan).toMatch(by)
      expect(plan).not.toMatch(/reminder_queued|account_plan|Seq Scan/)
    })
  })
})

eachLedger('a session', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
  })
  const settings = async (db: Db): Promise<Record<string, string>> => {
    const { rows } = await sql<{ name: string; setting: string }>`
      SELECT name, setting FROM pg_settings WHERE name IN ('jit', 'enable_seqscan', 'enable_hashjoin', 'enable_mergejoin')`.execute(
      db,
    )
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  }
  const byKey = { jit: 'off', enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' }

  it('looks rows up and compiles no question, however dear PostgreSQL thinks it', async () => {
    expect(await settings(ledger.db)).toEqual(byKey)
  })

  it('reads in bulk where that is said, and only there', async () => {
    const bulk = { jit: 'off', enable_seqscan: 'on', enable_hashjoin: 'on', enable_mergejoin: 'on' }
    expect(await readInBulk(ledger.db, settings)).toEqual(bulk)
    const within = await ledger.db.transaction().execute((trx) => readInBulk(trx, settings))
    expect(within).toEqual(bulk)
    expect(await settings(ledger.db)).toEqual(byKey)
  })
})
