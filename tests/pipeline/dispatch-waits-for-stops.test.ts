import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planDue } from '../../src/pipeline/plan-due.ts'
import { newId } from '../../src/record/id.ts'
import { takeLocks } from '../../src/record/locks.ts'
import { eventually } from '../support/eventually.ts'
import { openServerFresh, type FreshLedger } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { overdueAccount, Stage } from '../support/stage.ts'

// On a server alone: the embedded ledger has one session, so nobody can hold a lock there while another waits.
whenThere('PostgreSQL', 'a stop that commits while dispatch waits', () => {
  describe('a stop that commits while the person is locked', () => {
    let fresh: FreshLedger
    let stage: Stage
    const sms = new ScriptedProvider('sms')
    const scripted = { sms, phone: new ScriptedProvider('phone'), email: new ScriptedProvider('email') }

    beforeAll(async () => {
      fresh = await openServerFresh()
      stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
        overrides: { providers: (route) => scripted[route.channel] },
      })
    })
    afterAll(async () => {
      await stage.app.stop()
      await fresh.dispose()
    })

    it('is seen: the call is not made, and the reminder waits', async () => {
      const { db } = fresh.ledger
      await stage.account('a-1', overdueAccount())
      await planDue(stage.app.runtime)
      const recipient = await db.selectFrom('decorum.recipient').select(['id', 'creditor']).executeTakeFirstOrThrow()
      let commit = (): void => {}
      const committed = new Promise<void>((resolve) => {
        commit = resolve
      })
      const stop = db.transaction().execute(async (trx) => {
        await takeLocks(trx, { recipients: [recipient.id] }, 'wait')
        await sql`INSERT INTO decorum.hold (id, creditor, recipient_id, kind, starts_at, created_by, created_at, seq)
          VALUES (${newId()}::uuid, ${recipient.creditor}, ${recipient.id}::uuid, 'dispute', '2026-11-23T00:00:00Z', 'test', '2026-11-23T00:00:00Z', 99)`.execute(
          trx,
        )
        await committed
      })
      const settled = stage.settle()
      // The planner has queued it, and dispatch finds the person held.
      await eventually(async () => expect((await stage.reminders())[0]?.status).toBe('queued'))
      expect(sms.calls).toEqual([])
      commit()
      await stop
      await settled
      expect(sms.calls).toEqual([])
      const [reminder] = await stage.reminders()
      expect((await stage.decisions(reminder?.id ?? '')).at(-1)).toMatchObject({ code: 'on_hold' })
    })
  })
})
