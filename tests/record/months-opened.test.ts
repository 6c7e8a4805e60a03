import { sql, type Transaction } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY } from '../../src/model/time.ts'
import { earlierMessages, readRecipients } from '../../src/record/dispatch/decision-inputs.ts'
import { type SettlementEntry, writeSettlements } from '../../src/record/dispatch/settlement.ts'
import { newId } from '../../src/record/id.ts'
import { takeLocks } from '../../src/record/locks.ts'
import { makeMonths, monthLabel, monthOf, partitionNamed } from '../../src/record/partitions.ts'
import { useGenericPlans } from '../../src/record/pg/batch.ts'
import { planningInputs } from '../../src/record/planning.ts'
import type { Database } from '../../src/record/schema.ts'
import { type FreshLedger, openServerFresh } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'

/** Three years of months: what a ledger of that age has. */
whenThere('PostgreSQL', 'what opens which months', () => {
  describe('in a ledger of three years', () => {
    let fresh: FreshLedger
    const now = Date.now()
    beforeAll(async () => {
      fresh = await openServerFresh()
      for (let back = 36; back > 0; back -= 4) {
        const then = monthOf(now, -back)
        await makeMonths(fresh.ledger.db, { machine: then, business: then }, 1_000)
      }
    })
    afterAll(() => fresh.dispose())

    /**
     * The months whose indexes this work opens when it is done again: an index stays locked until its transaction ends. As `tables`, the
     * months that it locks: a plan made once locks all that it may have to open, whether it does or not.
     *
     * The first time a prepared statement is planned, and the planner looks at every month once.
     */
    const opened = (
      work: (trx: Transaction<Database>) => Promise<unknown>,
      as: 'indexes' | 'tables' = 'indexes',
    ): Promise<string[]> =>
      fresh.ledger.db.connection().execute(async (connection) => {
        await connection.transaction().execute(work)
        return connection.transaction().execute(async (trx) => {
          await work(trx)
          const { rows } = await sql<{ piece: string }>`
            SELECT DISTINCT piece.relname AS piece FROM pg_locks l
            LEFT JOIN pg_index i ON i.indexrelid = l.relation
            JOIN pg_class piece ON piece.oid = ${as === 'tables' ? sql`l.relation` : sql`i.indrelid`} JOIN pg_inherits h ON h.inhrelid = piece.oid
            WHERE l.pid = pg_backend_pid() ORDER BY 1`.execute(trx)
          return rows.map((row) => row.piece)
        })
      })
    const SETTLEMENT: SettlementEntry = {
      reminderId: newId(),
      attemptNo: 1,
      reservedAt: now,
      status: 'accepted',
      providerRef: null,
      rejection: null,
      code: null,
      detail: null,
      contact: 'sent',
      reminder: { status: 'sent', nextAt: null, spendsAttempt: false, endReason: null },
    }
    const before = (pieces: readonly string[], month: number) =>
      pieces.filter((name) => (partitionNamed(name)?.to ?? Infinity) <= month)

    it('a decision asks the months that caps look back to, and none before', async () => {
      const pieces = await opened(async (trx) => {
        await useGenericPlans(trx)
        await readRecipients(trx, [newId()], now)
      })
      expect(pieces).toEqual(
        expect.arrayContaining(
          ['reservation', 'settlement', 'reported_contact'].map((table) => `${table}_${monthLabel(monthOf(now))}`),
        ),
      )
      expect(before(pieces, monthOf(now - 62 * DAY))).toEqual([])
    })

    it('nor does a decision lock any month before: its cost does not grow with the age of the ledger', async () => {
      const pieces = await opened(async (trx) => {
        await useGenericPlans(trx)
        await readRecipients(trx, [newId()], now)
      }, 'tables')
      expect(pieces).toEqual(expect.arrayContaining([`reservation_${monthLabel(monthOf(now))}`]))
      expect(before(pieces, monthOf(now - 62 * DAY))).toEqual([])
    })

    it('so does planning', async () => {
      const pieces = await opened((trx) => planningInputs(trx, [newId()], now))
      expect(before(pieces, monthOf(now - 62 * DAY))).toEqual([])
    })

    it('settling opens the month of its reminders and no other', async () => {
      const pieces = await opened(async (trx) =>
        writeSettlements(await takeLocks(trx, { recipients: [] }, 'wait'), [SETTLEMENT], now),
      )
      // What is inserted is in the month that it belongs to anyhow, and keeps no index locked.
      expect(pieces).toEqual([`reservation_${monthLabel(monthOf(now))}`])
    })

    it('nor does settling, or looking for what was said before, lock any month before', async () => {
      const pieces = await opened(async (trx) => {
        await useGenericPlans(trx)
        await writeSettlements(await takeLocks(trx, { recipients: [] }, 'wait'), [SETTLEMENT], now)
        await earlierMessages(trx, [newId()], new Date(now))
      }, 'tables')
      expect(pieces).toEqual(expect.arrayContaining([`reservation_${monthLabel(monthOf(now))}`]))
      expect(before(pieces, monthOf(now))).toEqual([])
    })
  })
})
