import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planDue } from '../../src/pipeline/plan-due.ts'
import { applyReceipt } from '../../src/pipeline/receipts.ts'
import { accountLineOf } from '../bench/borrowers.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshLedger, openServerFresh } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { whenThere } from '../support/servers.ts'
import { LENDER, shippedConfig, Stage } from '../support/stage.ts'

/** Accounts of the first file, and of the few that were there before: while those were all, plans were made and kept. */
const [MANY, FEW] = [10_000, 300]
/** What one pass works on. */
const BATCH = 400
const RECEIPTS = 50
const owingMore = { asOf: '2026-11-24T01:00:00Z', overdue: { amount: '9999.00', currency: 'CNY' } }
const paid = { asOf: '2026-11-24T02:00:00Z', overdue: { amount: '0.00', currency: 'CNY' }, dueDate: undefined }
/** Rows of one table that may be read for each account, reminder or receipt. A table of 10,000 that is read in full for each batch of 50 or 200 comes to more. */
const ROWS_EACH = 20

/**
 * Whatever PostgreSQL knows of its tables, a batch reads what it is about and nothing in full.
 *
 * Counted by PostgreSQL, table by table, and not by statement: a statement that is written anew is held to it as well.
 */
whenThere('PostgreSQL', 'a batch reads by key', (url) => {
  let fresh: FreshLedger
  let stage: Stage
  let counts: pg.Client
  const sms = new ScriptedProvider('sms')

  beforeAll(async () => {
    fresh = await openServerFresh()
    counts = new pg.Client({ connectionString: 'databaseUrl' in fresh.source ? fresh.source.databaseUrl : url })
    await counts.connect()
    // Neither statistics nor what VACUUM learns: a ledger as it is in its first minute.
    await counts.query(`
      DO $$
      DECLARE own regclass;
      BEGIN
        FOR own IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'decorum'::regnamespace AND relkind = 'r' LOOP
          EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', own);
        END LOOP;
      END $$`)
    const shipped = shippedConfig()
    const routes = shipped.routes
      .filter((route) => route.id === 'sms-main')
      .map((route) => ({ ...route, rate: { perSecond: BATCH / 5 } }))
    stage = await Stage.set(fresh, '2026-11-24T03:00:00Z', {
      config: { ...shipped, routes },
      overrides: scriptedRoutes({ sms }),
    })
    await take(0, FEW)
    await plan()
    await send(FEW)
  })
  afterAll(async () => {
    await stage.app.stop()
    await counts.end()
    await fresh.dispose()
  })

  const take = async (from: number, count: number, over: object = {}): Promise<void> => {
    const lines = Array.from({ length: count }, (_, i) =>
      JSON.stringify({ ...(JSON.parse(accountLineOf(from + i)) as object), ...over }),
    )
    const bytes = (async function* () {
      yield Buffer.from(lines.join('\n'))
    })()
    const { rejected } = await stage.app.services.importAccounts(LENDER, bytes, () => {})
    expect(rejected).toBe(0)
  }
  const plan = async (): Promise<number> => {
    let reminders = 0
    for (;;) {
      const pass = await planDue(stage.app.runtime)
      reminders += pass.reminders
      if (pass.recipients === 0) return reminders
    }
  }
  /** Claims, reserves, sends and settles as many as the queue holds. */
  const send = async (expected: number): Promise<void> => {
    const calls = sms.calls.length + expected
    await stage.app.pass('planner')
    await eventually(() => expect(sms.calls.length).toBe(calls), 20)
    await stage.app.idle()
  }

  /** Rows read so far: by table those read in full, by index those found through it. */
  const rowsRead = async (): Promise<Map<string, number>> => {
    const { pool } = fresh.ledger
    const idle = await Promise.all(Array.from({ length: pool.idleCount }, () => pool.connect()))
    for (const client of idle) {
      await client.query('SELECT pg_stat_force_next_flush()')
      client.release()
    }
    const { rows } = await counts.query<{ table: string; read: string }>(`
      SELECT relname AS table, seq_tup_read AS read FROM pg_stat_user_tables WHERE schemaname = 'decorum'
      UNION ALL SELECT indexrelname, idx_tup_read FROM pg_stat_user_indexes WHERE schemaname = 'decorum' ORDER BY 1`)
    return new Map(rows.map((row) => [row.table, Number(row.read)]))
  }
  /** The tables and indexes of which more was read meanwhile than `items` account for. */
  const readInExcess = async (items: number, work: () => Promise<unknown>): Promise<Record<string, number>> => {
    const before = await rowsRead()
    await work()
    const after = await rowsRead()
    const each = [...after].map(([table, read]) => [table, (read - (before.get(table) ?? 0)) / items] as const)
    return Object.fromEntries(each.filter(([, read]) => read > ROWS_EACH))
  }

  describe.each([
    ['that was never analyzed', 1_000, async () => void (await take(1_000, MANY))],
    ['that was analyzed', 20_000, async () => void (await sql`ANALYZE`.execute(fresh.ledger.db))],
  ])('on a ledger %s', (_name, first, prepare) => {
    beforeAll(prepare)

    it('when new accounts come in', async () => {
      expect(await readInExcess(BATCH, () => take(first + MANY, BATCH))).toEqual({})
    })

    it('when known accounts come in again', async () => {
      expect(await readInExcess(BATCH, () => take(first + MANY, BATCH))).toEqual({})
    })

    it('when accounts are planned, beside all that are due', async () => {
      expect(
        await readInExcess(200, async () => {
          const { recipients } = await planDue(stage.app.runtime)
          expect(recipients).toBe(200)
        }),
      ).toEqual({})
    })

    it('when reminders are claimed, reserved, sent and settled, beside all that wait', async () => {
      await plan()
      expect(await readInExcess(BATCH, () => send(BATCH))).toEqual({})
    })

    it('when what is owed changes, beside all that wait', async () => {
      expect(await readInExcess(BATCH, () => take(first + MANY, BATCH, owingMore))).toEqual({})
      expect(await readInExcess(BATCH, () => take(first + MANY, BATCH, paid))).toEqual({})
    })

    it('when receipts come in', async () => {
      const heard = sms.calls.slice(-RECEIPTS)
      expect(
        await readInExcess(RECEIPTS, async () => {
          for (const { attempt } of heard)
            expect(
              await applyReceipt(stage.app.runtime, {
                reminderId: attempt.reminderId,
                attemptNo: attempt.attemptNo,
                dedupe: 'delivered',
                saidAt: null,
                word: { state: 'delivered', final: true, code: null, class: null },
              }),
            ).toBe('applied')
        }),
      ).toEqual({})
    })

    it('when the sweeper and the notifier look and find nothing', async () => {
      expect(
        await readInExcess(BATCH, async () => {
          await stage.app.pass('sweeper')
          await stage.app.pass('notifier')
        }),
      ).toEqual({})
    })
  })
})
