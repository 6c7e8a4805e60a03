import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { build } from '../../src/app/build.ts'
import { contactBody, holdBody, permitBody, permitSettlement, suppressionBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { prepareQueueTables } from '../../src/queue/backends.ts'
import { EVIDENCE } from '../../src/record/chain/evidence.ts'
import { type Ledger, openLedger } from '../../src/record/ledger.ts'
import { eraseRows } from '../../src/record/erasure.ts'
import { takeLocks } from '../../src/record/locks.ts'
import { listPartitions, makeMonths } from '../../src/record/partitions.ts'
import { grantRoles } from '../../src/record/roles.ts'
import { type FreshLedger, openServerFresh } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { whenThere } from '../support/servers.ts'
import { LENDER, overdueAccount, Stage } from '../support/stage.ts'

const body = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => {
  const parsed = parse(schema, value)
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value as z.output<T>
}
/** insufficient_privilege */
const DENIED = { code: '42501' }

whenThere('PostgreSQL', 'the roles of the database', () =>
  describe('the roles of the database', () => {
    const name = `d${randomUUID().replaceAll('-', '').slice(0, 12)}`
    const roles = { runtime: `${name}_runtime`, reader: `${name}_reader` }
    let owner: FreshLedger
    let ledger: Ledger
    let stage: Stage
    const urlAs = (role: string): string => {
      const url = new URL((owner.source as { databaseUrl: string }).databaseUrl)
      url.username = role
      return url.href
    }

    beforeAll(async () => {
      owner = await openServerFresh()
      await prepareQueueTables(owner.ledger.pool)
      await grantRoles(owner.ledger.db, roles)
      for (const role of Object.values(roles)) await owner.ledger.pool.query(`ALTER ROLE ${role} LOGIN`)
      ledger = await openLedger({ databaseUrl: urlAs(roles.runtime) })
      stage = await Stage.set({ ledger, source: owner.source }, '2026-11-23T03:00:00Z', {
        overrides: scriptedRoutes({ phone: new ScriptedProvider('phone') }),
      })
    })
    afterAll(async () => {
      await stage?.app.stop()
      await ledger.close()
      for (const role of Object.values(roles))
        await owner.ledger.pool.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
      await owner.dispose()
    })

    it('may be given again, and nothing changes', async () => {
      const rights = async () =>
        (
          await sql`SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'decorum'::regnamespace ORDER BY relname`.execute(
            owner.ledger.db,
          )
        ).rows
      const before = await rights()
      await grantRoles(owner.ledger.db, roles)
      expect(await rights()).toEqual(before)
    })

    it('let the daemons do all that they do: plan, queue, decide, send, settle, stop, hold, permit, switch, sweep and chain', async () => {
      const { services } = stage.app
      await stage.account('a-1', overdueAccount())
      await stage.until('2026-11-23T04:00:00Z')
      for (const day of ['24', '26', '30']) await stage.until(`2026-11-${day}T04:00:00Z`)
      expect((await stage.reminders()).some(({ status }) => ['sent', 'delivered'].includes(status))).toBe(true)

      const permit = { recipientId: 'r-1', accountIds: ['a-1'], address: '+8613800138000', by: 'north-agency' }
      const asked = await services.askPermit(LENDER, null, body(permitBody, permit))
      if (asked.permitId !== null)
        await services.settlePermit(LENDER, asked.permitId, body(permitSettlement, { outcome: 'not-placed' }))
      await services.addContact(
        LENDER,
        body(contactBody, {
          id: 'c-1',
          recipientId: 'r-1',
          accountIds: ['a-1'],
          at: '2026-11-30T03:00:00Z',
          channel: 'phone',
          outcome: 'conversation',
          party: 'recipient',
        }),
      )
      const held = await services.addHold(LENDER, body(holdBody, { accountId: 'a-1', kind: 'manual' }))
      await services.endHold(LENDER, held.id, { reason: 'done' })
      const stop = await services.addSuppression(
        LENDER,
        body(suppressionBody, { scope: 'address', value: '+8613800138000', reason: 'opt-out' }),
      )
      await services.liftSuppression(LENDER, stop.id, { reason: 'asked for' })
      await services.addSuppression(
        LENDER,
        body(suppressionBody, { scope: 'all', recipientId: 'r-later', reason: 'opt-out' }),
      )
      const thrown = await services.setSwitch(LENDER, {
        scope: { channel: 'email' },
        state: 'paused',
        reason: 'a rehearsal',
      })
      await services.liftSwitch(LENDER, thrown.id, { reason: 'over' })
      const paused = await services.pauseEverything()
      await services.liftSwitch({ ...LENDER, creditor: null }, paused.id, { reason: 'over' })
      const { key, secret } = await services.createKey(LENDER, {
        label: 'k',
        creditor: null,
        kind: 'live',
        scopes: ['admin'],
      })
      expect(await services.authenticate(secret)).not.toBeNull()
      await services.revokeKey({ ...LENDER, creditor: null }, key.id)
      await stage.until('2026-12-01T04:00:00Z')
      const erased = await ledger.db
        .selectFrom('decorum.recipient')
        .select('id')
        .where('external_id', '=', 'r-1')
        .executeTakeFirstOrThrow()
      await ledger.db
        .transaction()
        .execute(async (trx) =>
          eraseRows(
            await takeLocks(trx, { recipients: [erased.id] }, 'wait'),
            erased.id,
            new Date(stage.app.runtime.clock.now()),
          ),
        )
      await services.settled()
      while (await stage.app.pass('sweeper'));
      expect(await services.auditChain({ creditor: null, heads: null })).toMatchObject({
        intact: true,
        pending: 0,
        unwalked: [],
      })
      const { rows } = await sql<{
        relation: string
      }>`SELECT DISTINCT relation FROM decorum.chain_link WHERE action = 'put'`.execute(ledger.db)
      expect(rows.map((row) => row.relation)).toEqual(
        expect.arrayContaining([
          'reservation',
          'settlement',
          'reported_contact',
          'permit',
          'suppression',
          'hold',
          'api_key',
          'switch',
        ]),
      )
    })

    it('let them make months to come, though they may make no table', async () => {
      const ahead = Date.UTC(2031, 0, 15)
      const { made } = await makeMonths(ledger.db, { machine: ahead, business: ahead }, 2_000)
      expect(made).toContain('settlement_2031_01')
      expect((await listPartitions(ledger.db)).map((partition) => partition.name)).toContain('receipt_2031_04')
      await expect(ledger.pool.query('CREATE TABLE decorum.mine (a integer)')).rejects.toMatchObject(DENIED)
      await expect(ledger.pool.query(`SELECT decorum.make_month('hold', now())`)).rejects.toMatchObject({
        code: '22023',
      })
    })

    it.each(EVIDENCE.map((one) => [one.relation, one] as const))(
      'let nobody but the owner remove %s, or change what does not change lawfully',
      async (relation, evidence) => {
        const { rows } = await owner.ledger.pool.query<{ name: string }>(
          `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'decorum.${relation}'::regclass AND attnum > 0 AND NOT attisdropped`,
        )
        for (const { name: column } of rows) {
          const change = ledger.pool.query(`UPDATE decorum.${relation} SET "${column}" = "${column}" WHERE false`)
          if (evidence.changes.includes(column)) await change
          else await expect(change, column).rejects.toMatchObject(DENIED)
        }
        for (const statement of [
          `DELETE FROM decorum.${relation}`,
          `TRUNCATE decorum.${relation}`,
          `ALTER TABLE decorum.${relation} DISABLE TRIGGER ALL`,
          `DROP TABLE decorum.${relation}`,
          `CREATE TRIGGER t BEFORE INSERT ON decorum.${relation} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
        ])
          await expect(ledger.pool.query(statement), statement).rejects.toMatchObject(DENIED)
      },
    )

    it('let nobody but the owner rewrite the chain, call what leaves notes, or reach a partition past its table', async () => {
      for (const statement of [
        'UPDATE decorum.chain_link SET own = true',
        'DELETE FROM decorum.chain_link',
        'DELETE FROM decorum.chain_head',
        'DELETE FROM decorum.chain_writer',
        'UPDATE decorum.chain_note SET mac = NULL',
        `INSERT INTO decorum.chain_note (id, relation, shape, action, keys) VALUES (1, 'hold', 1, 'put', '{}')`,
        `SELECT decorum.write_note('hold', 1, 'removed', NULL, '{}', NULL)`,
        `INSERT INTO decorum.settlement_default SELECT * FROM decorum.settlement LIMIT 1`,
        `CREATE OR REPLACE FUNCTION decorum.note_hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
        `SET session_replication_role = replica`,
      ])
        await expect(ledger.pool.query(statement), statement).rejects.toMatchObject(DENIED)
    })

    it('let a reader read, and audit, and nothing else', async () => {
      const reader = await openLedger({ databaseUrl: urlAs(roles.reader) })
      const app = await build(stage.app.config, { ledger: reader, log: pino({ level: 'silent' }) })
      try {
        expect(await app.services.auditChain({ creditor: null, heads: null })).toMatchObject({ intact: true })
        for (const statement of [
          'DELETE FROM decorum.waiting',
          'UPDATE decorum.hold SET ended_at = now()',
          'CREATE TABLE decorum.mine (a integer)',
          'DELETE FROM decorum.chain_note',
          `SELECT decorum.make_month('receipt', '2035-01-01T00:00:00Z')`,
        ])
          await expect(reader.pool.query(statement), statement).rejects.toMatchObject(DENIED)
      } finally {
        await app.stop()
        await reader.close()
      }
    })
  }),
)
