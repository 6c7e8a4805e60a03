import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reserve } from '../../src/pipeline/dispatch/reserve.ts'
import type { Reserved } from '../../src/pipeline/dispatch/dispatch-context.ts'
import { settle } from '../../src/pipeline/dispatch/settle-stream.ts'
import { settlementOf } from '../../src/pipeline/dispatch/settlement.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import { applyReceipt } from '../../src/pipeline/receipts.ts'
import { handIn, ledgerCounts, tablesBetween, type TableCounts } from '../bench/cost/ledger-counts.ts'
import { type InProcess, openInProcess } from '../bench/in-process.ts'
import { benchDesk, claimTickets } from '../bench/tickets.ts'
import { postgresUrl, whenThere } from '../support/servers.ts'

const PEOPLE = 200
const BATCH = 50

/** An index that must hear of a row's new version is written again for each, and so is the log. */
whenThere('PostgreSQL', 'what is updated stays on its page', () =>
  describe('sending reminders that were planned together, in batches of 50, and their receipts', () => {
    let bench: InProcess
    let watcher: pg.Client
    let written: Map<string, TableCounts>
    beforeAll(async () => {
      bench = await openInProcess('postgres', {
        quick: true,
        seconds: null,
        postgresUrl,
        redisUrl: null,
        progress: () => undefined,
      })
      watcher = new pg.Client({ connectionString: bench.place.databaseUrl as string })
      await watcher.connect()
      await bench.take(0, PEOPLE)
      const before = await counts()
      await sendAll()
      written = tablesBetween(before, await counts())
    })
    afterAll(async () => {
      await watcher.end()
      await bench.close()
    })

    const counts = async (): Promise<Map<string, TableCounts>> => {
      await handIn(bench.app.runtime.ledger.pool)
      return ledgerCounts(watcher)
    }
    async function sendAll(): Promise<void> {
      const { runtime } = bench.app
      while ((await planDue(runtime, PEOPLE)).recipients > 0);
      const desk = benchDesk(runtime)
      const sent: Reserved[] = []
      for (const ticket of await claimTickets(runtime, desk.route.id, BATCH, PEOPLE)) {
        const { reserved } = await reserve(runtime, desk, ticket)
        const now = runtime.clock.now()
        await settle(
          runtime,
          reserved.map(({ attempt, reservedAt, spent }) =>
            settlementOf(
              { ...attempt, reservedAt },
              'sms',
              { kind: 'accepted', reference: 'SM', status: 'queued' },
              spent,
              now,
              0,
            ),
          ),
        )
        sent.push(...reserved)
      }
      for (const [state, final] of [
        ['sent', false],
        ['delivered', true],
      ] as const)
        await Promise.all(
          sent.map(({ attempt }) =>
            applyReceipt(runtime, {
              ...attempt,
              word: { state, final, code: null, class: null },
              dedupe: state,
              saidAt: null,
            }),
          ),
        )
    }

    it.each(['reminder', 'settlement'])('makes no new index entry for a %s that changes', (table) => {
      const { updated, hot } = written.get(table) as TableCounts
      expect(updated).toBe(2 * PEOPLE)
      expect(hot).toBe(updated)
    })

    it.each(['reservation', 'recipient', 'receipt', 'recipient_address', 'address', 'reminder_account'])(
      'changes no %s',
      (table) => {
        expect(written.get(table)?.updated ?? 0).toBe(0)
      },
    )

    it('writes one row for each thing that happens', () => {
      const inserted = (table: string) => written.get(table)?.inserted ?? 0
      for (const table of ['reminder', 'waiting', 'reservation', 'settlement']) expect(inserted(table)).toBe(PEOPLE)
      expect(inserted('receipt')).toBe(2 * PEOPLE)
      for (const table of ['ticket', 'dispatch_batch']) expect(inserted(table)).toBe(PEOPLE / BATCH)
    })
  }),
)
