import { sql, type Transaction } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anchorsOf, passFence } from '../../src/record/dispatch/fence.ts'
import { writeReservation } from '../../src/record/dispatch/reservation.ts'
import { newId } from '../../src/record/id.ts'
import { heldByAdding } from '../../src/record/locks.ts'
import { lookUpByKey } from '../../src/record/pg/batch.ts'
import { clearPlanAt } from '../../src/record/planning.ts'
import type { Database } from '../../src/record/schema.ts'
import { type FreshLedger, openServerFresh } from '../support/ledger.ts'
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

    it('no question is compiled, however dear PostgreSQL thinks it', async () => {
      const { rows } = await sql<{ jit: string }>`SHOW jit`.execute(fresh.ledger.db)
      expect(rows).toEqual([{ jit: 'off' }])
    })
  })
})
