import { sql, type Transaction } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyReceipt } from '../../src/pipeline/receipts.ts'
import { addHolds } from '../../src/record/holds.ts'
import { newId } from '../../src/record/id.ts'
import { takeLocks } from '../../src/record/locks.ts'
import type { Database } from '../../src/record/schema.ts'
import { eachLedger, type FreshLedger, openServerFresh } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { whenThere } from '../support/servers.ts'
import { overdueAccount, Stage } from '../support/stage.ts'

whenThere('PostgreSQL', 'the order of events', () =>
  describe('the order of events', () => {
    let fresh: FreshLedger
    beforeAll(async () => {
      fresh = await openServerFresh()
    })
    afterAll(() => fresh.dispose())

    const recipient = async (): Promise<string> => {
      const id = newId()
      await sql`INSERT INTO decorum.recipient (id, creditor, external_id, created_at, updated_at)
        VALUES (${id}::uuid, 'acme', ${id}, now(), now())`.execute(fresh.ledger.db)
      return id
    }
    const lock = (trx: Transaction<Database>, id: string) => takeLocks(trx, { recipients: [id] }, 'wait')
    const hold = async (trx: Transaction<Database>, recipientId: string, by: string): Promise<void> =>
      addHolds(await lock(trx, recipientId), [
        {
          id: newId(),
          creditor: 'acme',
          recipient_id: recipientId,
          account_id: null,
          kind: 'manual',
          starts_at: new Date(),
          ends_at: null,
          ended_at: null,
          ended_by: null,
          end_reason: null,
          details: {},
          event_id: null,
          created_by: by,
          created_at: new Date(),
        },
      ])
    /** Whether somebody waits for a lock on this ledger. */
    const waits = async (): Promise<boolean> => {
      const { rows } = await sql`SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%lock-recipients%'`.execute(
        fresh.ledger.db,
      )
      return rows.length > 0
    }

    it('of one recipient is that of commits, even of a transaction that began earlier and had numbers before', async () => {
      const [shared, other] = [await recipient(), await recipient()].sort() as [string, string]
      const db = fresh.ledger.db
      let earlier: Promise<void> | undefined
      await db.transaction().execute(async (first) => {
        await lock(first, shared)
        earlier = db.transaction().execute(async (second) => {
          await hold(second, other, 'second')
          await hold(second, shared, 'second')
        })
        while (!(await waits())) await new Promise(setImmediate)
        await hold(first, shared, 'first')
        await hold(first, shared, 'first')
      })
      await earlier
      const { rows } = await sql<{ by: string }>`
        SELECT created_by AS by FROM decorum.hold WHERE recipient_id = ${shared}::uuid ORDER BY seq`.execute(db)
      expect(rows.map(({ by }) => by)).toEqual(['first', 'first', 'second'])
    })
  }),
)

eachLedger('what happens to a reminder', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  beforeAll(async () => {
    fresh = await openFresh()
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      overrides: scriptedRoutes({ sms: new ScriptedProvider('sms'), phone: new ScriptedProvider('phone') }),
    })
  })
  afterAll(() => stage.app.stop())

  it('is numbered in turn, the decision before its attempt, and makes no new version of the recipient', async () => {
    const { db } = fresh.ledger
    const versions = async () =>
      (await sql<{ xmin: string }>`SELECT xmin::text AS xmin FROM decorum.recipient`.execute(db)).rows
    await stage.account('a-1', overdueAccount())
    const before = await versions()
    await stage.settle()
    const [reminder] = await stage.reminders()
    if (reminder === undefined) throw new Error('no reminder')
    await applyReceipt(stage.app.runtime, {
      reminderId: reminder.id,
      attemptNo: 1,
      dedupe: 'delivered',
      saidAt: null,
      word: { state: 'delivered', final: true, code: null, class: null },
    })
    const { rows } = await sql<{ what: string }>`
      SELECT what FROM (
        SELECT seq, 'decision' AS what FROM decorum.decision UNION ALL SELECT seq, 'attempt' FROM decorum.attempt
        UNION ALL SELECT seq, 'receipt' FROM decorum.receipt) AS history
      ORDER BY seq`.execute(db)
    expect(rows.map(({ what }) => what)).toEqual(['decision', 'attempt', 'receipt'])
    expect(await versions()).toEqual(before)
  })
})
