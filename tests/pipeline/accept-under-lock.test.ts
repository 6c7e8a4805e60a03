import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandService as bind } from '../../src/services/commands.ts'
import { accountBody } from '../../src/intake/account-body.ts'
import { parse } from '../../src/intake/parse.ts'
import { takeLocks } from '../../src/record/locks.ts'
import { eventually } from '../support/eventually.ts'
import { openServerFresh, type FreshLedger } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'
import { accepting } from './accepting-shell.ts'

// One session serves the embedded ledger, so nobody can wait in it: this is about a server.
whenThere('PostgreSQL', 'accepting beside a reservation', () =>
  describe('accepting beside a reservation', () => {
    let fresh: FreshLedger
    let services: ReturnType<typeof bind>
    const setup = { actor: { name: 'key:test', creditor: 'acme', live: true } }
    beforeAll(async () => {
      fresh = await openServerFresh()
      services = bind(accepting(fresh.ledger).runtime)
      const parsed = parse(accountBody, {
        asOf: '2026-11-22T16:00:00Z',
        overdue: { amount: '10.00', currency: 'CNY' },
        dueDate: '2026-11-20',
        recipient: { id: 'r-1', jurisdiction: 'CN', addresses: [{ channel: 'sms', value: '+8613700137000' }] },
      })
      if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
      await services.putAccount(setup.actor, 'a-1', parsed.value)
    })
    afterAll(() => fresh.dispose())

    const blocked = async (): Promise<number> => {
      const { rows } = await sql<{ n: number }>`
      SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(
        fresh.ledger.db,
      )
      return rows[0]?.n ?? 0
    }

    it.each([
      [
        'a stop of the number',
        () =>
          services.addSuppression(setup.actor, {
            scope: 'address',
            value: '+8613700137000',
            reason: 'opt-out',
            source: 'api',
          }),
      ],
      [
        'a payment',
        () =>
          services.addEvent(setup.actor, 'a-1', {
            id: 'p-1',
            type: 'payment',
            occurredAt: Date.UTC(2026, 10, 23),
            amount: { amount: '10.00', currency: null },
          }),
      ],
      ['a pause', () => services.addHold(setup.actor, { recipientId: 'r-1', kind: 'manual' })],
    ])('%s waits for the reservation that holds the person, and is there for the next one', async (_what, write) => {
      const own = await fresh.ledger.db.selectFrom('decorum.recipient_address').selectAll().executeTakeFirstOrThrow()
      const order: string[] = []
      let writing: Promise<unknown> = Promise.resolve()
      await fresh.ledger.db.transaction().execute(async (trx) => {
        await takeLocks(
          trx,
          { recipients: [own.recipient_id], addresses: [{ creditor: 'acme', hash: own.hash }] },
          'skip',
        )
        writing = write().then(() => order.push('written'))
        await eventually(async () => expect(await blocked()).toBeGreaterThan(0))
        order.push('reserved')
      })
      await writing
      expect(order).toEqual(['reserved', 'written'])
    })
  }),
)
