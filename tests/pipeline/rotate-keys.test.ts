import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { accountBody } from '../../src/intake/account-body.ts'
import { contactBody, eventBody, suppressionBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { recipientBody } from '../../src/intake/recipient-body.ts'
import { canonicalJson } from '../../src/model/canonical-json.ts'
import { acceptAccounts } from '../../src/pipeline/accept/accept-accounts.ts'
import { accessLog } from '../../src/pipeline/access-log.ts'
import { hashesOf } from '../../src/pipeline/accept/address-names.ts'
import { type RotationProgress, rotateKeys } from '../../src/pipeline/rotate-keys.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import { newWriter, registerWriter, secretsOf } from '../../src/record/chain/writer.ts'
import { readRecipients } from '../../src/record/dispatch/decision-inputs.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { reportProcess } from '../../src/record/processes.ts'
import { recogniseKeys } from '../../src/record/ring-keys.ts'
import { parseKeyRing } from '../../src/record/vault/key-ring.ts'
import { recipientName } from '../../src/record/vault/vault.ts'
import { accountService } from '../../src/services/accounts.ts'
import { commandService } from '../../src/services/commands.ts'
import { listService } from '../../src/services/lists.ts'
import { switchService } from '../../src/services/switches.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { masterKey } from '../support/master-key.ts'
import { accepting } from './accepting-shell.ts'

const must = <T>(parsed: { ok: true; value: T } | { ok: false; faults: unknown }): T => {
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}
const NOW = Date.parse('2026-11-23T02:00:00Z')

eachLedger('rotating keys', (_name, openFresh) => {
  let ledger: Ledger
  beforeEach(async () => {
    ledger ??= (await openFresh()).ledger
    await emptyLedger(ledger)
  })

  /** A process with these keys. */
  async function process(...ids: string[]): Promise<{ runtime: Runtime; actor: Actor }> {
    const { runtime, actor } = accepting(ledger)
    const ring = parseKeyRing(ids.map((id) => masterKey(id)).join(','))
    return { runtime: { ...runtime, vault: await recogniseKeys(ledger, ring) }, actor }
  }
  const account = (id: string, value: string) => ({
    id,
    body: must(
      parse(accountBody, {
        asOf: '2026-11-22T16:00:00Z',
        overdue: { amount: '1250.00', currency: 'CNY' },
        dueDate: '2026-11-20',
        recipient: {
          id: `r-${id}`,
          name: `name of ${id}`,
          jurisdiction: 'CN',
          addresses: [{ channel: value.includes('@') ? 'email' : 'sms', value }],
        },
      }),
    ),
  })
  const put = async ({ runtime, actor }: { runtime: Runtime; actor: Actor }, id: string, value: string) => {
    const [answer] = await acceptAccounts(runtime, actor, [account(id, value)])
    expect(answer).toMatchObject({ ok: true })
  }
  const stop = ({ runtime, actor }: { runtime: Runtime; actor: Actor }, value: string) =>
    commandService(runtime, { packs: [] }).addSuppression(
      actor,
      must(parse(suppressionBody, { scope: 'address', value, reason: 'opt-out' })),
    )
  /** As dispatch reads them: the suppressions that cover an address of this person. */
  async function stopsOf(externalId: string) {
    const { id } = await ledger.db
      .selectFrom('decorum.recipient')
      .select('id')
      .where('external_id', '=', externalId)
      .executeTakeFirstOrThrow()
    const person = (await readRecipients(ledger.db, [id], NOW)).get(id)
    return person?.suppressions.filter((s) => person.addresses.some((a) => a.hash === s.hash)).length
  }
  const erase = async (externalId: string) => {
    await ledger.pool.query(
      `WITH gone AS (UPDATE decorum.recipient SET data_key = NULL, data_key_id = NULL, name = NULL WHERE external_id = $1 RETURNING id)
       UPDATE decorum.recipient_address a SET value = NULL, removed_at = now() FROM gone WHERE a.recipient_id = gone.id`,
      [externalId],
    )
  }
  const inUse = async () =>
    (
      await ledger.pool.query(
        `SELECT data_key_id AS id FROM decorum.recipient WHERE data_key IS NOT NULL UNION SELECT hash_key FROM decorum.address ORDER BY 1`,
      )
    ).rows.map(({ id }) => id)

  describe('makes the newest key the current one', () => {
    it('so that the older can be dropped: what it sealed opens, what it signed is still ours', async () => {
      const before = await process('k1')
      await put(before, 'a', '+8613800138000')
      const signature = before.runtime.vault.sign('test', 'link')
      const both = await process('k2', 'k1')
      expect(await rotateKeys(both.runtime)).toEqual({
        current: 'k2',
        rewrapped: 1,
        rehashed: 1,
        carriedOver: 0,
        keptHashes: 0,
        retired: ['k1'],
      })
      expect(await inUse()).toEqual(['k2'])
      const { vault } = (await process('k2')).runtime
      const person = await ledger.db.selectFrom('decorum.recipient').selectAll().executeTakeFirstOrThrow()
      const key = vault.unwrap(person.data_key, person.data_key_id)
      expect(vault.open(key, recipientName(person.id), person.name as Buffer)).toBe('name of a')
      expect(vault.isSigned('test', 'link', signature)).toBe(true)
    })

    it.each([
      ['a number', '+8613800138000'],
      ['a mailbox', 'Ana@Example.com'],
    ])('and every stop of %s still binds: of those who had it, and of those who get it', async (_what, value) => {
      const before = await process('k1')
      await put(before, 'had-it', value)
      await stop(before, value)
      await rotateKeys((await process('k2', 'k1')).runtime)
      const after = await process('k2')
      await put(after, 'gets-it', value)
      expect([await stopsOf('r-had-it'), await stopsOf('r-gets-it')]).toEqual([1, 1])
    })

    it('and a stop of a number that nobody has binds whoever gets it, though only its hash is known', async () => {
      await stop(await process('k1'), '+8613800138000')
      expect(await rotateKeys((await process('k2', 'k1')).runtime)).toMatchObject({ keptHashes: 1, retired: ['k1'] })
      await put(await process('k2'), 'gets-it', '+8613800138000')
      expect(await stopsOf('r-gets-it')).toBe(1)
    })

    it('and a stop of somebody who was erased still binds, after two rotations', async () => {
      const before = await process('k1')
      await put(before, 'erased', '+8613800138000')
      await stop(before, '+8613800138000')
      await erase('r-erased')
      await rotateKeys((await process('k2', 'k1')).runtime)
      await rotateKeys((await process('k3', 'k2')).runtime)
      await put(await process('k3'), 'gets-it', '+8613800138000')
      expect(await stopsOf('r-gets-it')).toBe(1)
    })

    it('and a stop that comes after it binds whoever was known before', async () => {
      await put(await process('k1'), 'known', '+8613800138000')
      await rotateKeys((await process('k2', 'k1')).runtime)
      await rotateKeys((await process('k3', 'k2')).runtime)
      await stop(await process('k3'), '+8613800138000')
      expect(await stopsOf('r-known')).toBe(1)
    })

    it('and live and test stay apart: a stop of the one side never binds the other', async () => {
      const before = await process('k1')
      const testing = { ...before, actor: { ...before.actor, live: false } }
      await put(testing, 'test-known', '+8613800138000')
      await stop(testing, '+8613800138000')
      await rotateKeys((await process('k2', 'k1')).runtime)
      const after = await process('k2')
      await put(after, 'live', '+8613800138000')
      await put({ ...after, actor: { ...after.actor, live: false } }, 'test-later', '+8613800138000')
      expect([await stopsOf('r-test-known'), await stopsOf('r-test-later'), await stopsOf('r-live')]).toEqual([1, 1, 0])
    })

    it('and the chain of evidence still knows who wrote its notes', async () => {
      const writer = newWriter()
      await registerWriter(ledger.db, writer, (await process('k1')).runtime.vault)
      await rotateKeys((await process('k2', 'k1')).runtime)
      const { vault } = (await process('k2')).runtime
      expect((await secretsOf(ledger.db, [writer.id], vault)).get(writer.id)).toEqual(writer.secret)
    })

    it('and people are found by their number, and by one spelled otherwise', async () => {
      await put(await process('k1'), 'known', 'ana@example.com')
      await rotateKeys((await process('k2', 'k1')).runtime)
      const { vault } = (await process('k2')).runtime
      const hashes = await hashesOf(ledger.db, vault, { channel: 'email', value: 'ANA@example.com' }, [true])
      const { rows } = await ledger.pool.query('SELECT hash FROM decorum.recipient_address')
      expect(hashes.some((hash) => hash.equals(rows[0].hash))).toBe(true)
    })

    it('and reports about the number count for those who have it', async () => {
      await put(await process('k1'), 'known', '+8613800138000')
      await rotateKeys((await process('k2', 'k1')).runtime)
      const { runtime, actor } = await process('k2')
      const services = commandService(runtime, { packs: [] })
      await services.addContact(
        actor,
        must(
          parse(contactBody, {
            id: 'c-1',
            recipientId: 'r-known',
            at: '2026-11-23T01:00:00Z',
            channel: 'sms',
            outcome: 'sent',
            address: '+8613800138000',
          }),
        ),
      )
      const { rows } = await ledger.pool.query(
        'SELECT c.address_hash = a.hash AS same FROM decorum.reported_contact c, decorum.recipient_address a',
      )
      expect(rows).toEqual([{ same: true }])
    })
  })

  it('changes no row that is evidence: a stop and a contact stay as they were written', async () => {
    const before = await process('k1')
    await put(before, 'a', '+8613800138000')
    await stop(before, '+8613800138000')
    const rows = async () =>
      (
        await ledger.pool.query(
          `SELECT to_jsonb(s) AS row FROM decorum.suppression s UNION ALL SELECT to_jsonb(a) FROM decorum.recipient_address a`,
        )
      ).rows
    const [then] = [await rows()]
    await rotateKeys((await process('k2', 'k1')).runtime)
    expect(await rows()).toEqual(then)
  })

  it('goes on where it was interrupted, tells how far it is, and a further run changes nothing', async () => {
    const before = await process('k1')
    const numbers = Array.from({ length: 450 }, (_, i) => `+86138001${String(38_000 + i)}`)
    await acceptAccounts(
      before.runtime,
      before.actor,
      numbers.map((value, i) => account(`n-${i}`, value)),
    )
    const { runtime } = await process('k2', 'k1')
    const killed = (): never => {
      throw new Error('killed')
    }
    await expect(rotateKeys(runtime, killed)).rejects.toThrow('killed')
    expect(await inUse()).toEqual(['k1', 'k2'])
    // Nothing can be dropped half way.
    await expect(process('k2')).rejects.toMatchObject({ code: 'DECORUM_KEY_MISSING' })
    const told: RotationProgress[] = []
    const rotation = await rotateKeys((await process('k2', 'k1')).runtime, (progress) => told.push(progress))
    expect(rotation).toMatchObject({ rewrapped: 250, rehashed: 450, retired: ['k1'] })
    expect(told.at(0)).toEqual({ step: 'data-keys', done: 200, of: 250 })
    expect(told.at(-1)).toEqual({ step: 'addresses', done: 450, of: 450 })
    expect(await rotateKeys((await process('k2')).runtime)).toMatchObject({ rewrapped: 0, rehashed: 0, retired: [] })
  })

  it('a process that started before it goes by the new key from its next write on', async () => {
    await put(await process('k1'), 'a', '+8613800138000')
    const early = await process('k2', 'k1')
    await rotateKeys((await process('k2', 'k1')).runtime)
    await put(early, 'b', '+8613800138001')
    expect(await inUse()).toEqual(['k2'])
  })

  it('is refused while a process at work lacks the key', async () => {
    await process('k1')
    const { runtime } = await process('k2', 'k1')
    const other = {
      id: '00000000-0000-7000-8000-000000000001',
      name: 'elsewhere:7',
      daemons: [],
      build: '0',
      words: '',
    }
    await reportProcess(ledger.db, { ...other, ring: ['k1'] })
    await expect(rotateKeys(runtime)).rejects.toMatchObject({
      code: 'DECORUM_STATE_CONFLICT',
      message: 'elsewhere:7 has no key k2 in DECORUM_KEYS',
    })
    await reportProcess(ledger.db, { ...other, ring: ['k2', 'k1'] })
    expect(await rotateKeys(runtime)).toMatchObject({ current: 'k2' })
  })

  it('keeps a person who states their addresses again as they were', async () => {
    const before = await process('k1')
    await put(before, 'a', '+8613800138000')
    await rotateKeys((await process('k2', 'k1')).runtime)
    const { runtime, actor } = await process('k2')
    const answer = await commandService(runtime, { packs: [] }).putRecipient(
      actor,
      'r-a',
      must(parse(recipientBody, { addresses: [{ channel: 'sms', value: '+8613800138000' }] })),
    )
    expect(answer).toMatchObject({ applied: true })
    const { rows } = await ledger.pool.query('SELECT removed_at FROM decorum.recipient_address')
    expect(rows).toEqual([{ removed_at: null }])
  })
})

eachLedger('what an earlier build left in clear', (_name, openFresh) => {
  it('is sealed by a rotation, batch by batch, once; and everything is told as before', async () => {
    const { ledger } = await openFresh()
    const { pool } = ledger
    const { runtime, actor } = accepting(ledger)
    const shell = { ...runtime, vault: await recogniseKeys(ledger, parseKeyRing(masterKey('k1'))) }
    const services = commandService(shell, { packs: [] })
    const lists = listService(shell, { packs: [], clockCertain: async () => true }, accessLog(shell))
    const accounts = accountService(shell)
    await acceptAccounts(shell, actor, [
      {
        id: 'a-1',
        body: must(
          parse(accountBody, {
            asOf: '2026-11-22T16:00:00Z',
            overdue: { amount: '1250.00', currency: 'CNY' },
            reference: { masked: 'x' },
            factsForWords: { originalCreditor: 'x', lateInterest: true },
            recipient: { id: 'r-1', addresses: [{ channel: 'sms', value: '+8613800138000', source: 'x' }] },
          }),
        ),
      },
    ])
    const event = must(
      parse(eventBody, { id: 'e-1', type: 'dispute', occurredAt: '2026-11-23T01:00:00Z', reference: 'MARK' }),
    )
    await services.addEvent(actor, 'a-1', event)
    const { id } = await services.addSuppression(
      actor,
      must(parse(suppressionBody, { scope: 'all', recipientId: 'r-1', reason: 'opt-out' })),
    )
    await services.liftSuppression(actor, id, { reason: 'x' })
    // As the build before wrote them.
    const plain = createHash('sha256')
      .update(canonicalJson({ ...event, creditor: 'acme', accountId: 'a-1' }))
      .digest()
    await pool.query(`UPDATE decorum.event SET body = '{"reference": "MARK"}', body_hash = $1`, [plain])
    await pool.query(
      `UPDATE decorum.hold SET details = details || '{"reference": "MARK"}', end_reason = 'MARK', ended_at = now()`,
    )
    await pool.query(`UPDATE decorum.suppression SET source = 'MARK', lift_reason = 'MARK'`)
    await pool.query(`UPDATE decorum.recipient_address SET source = 'MARK'`)
    await pool.query(
      `UPDATE decorum.account SET reference_masked = 'MARK', facts_for_words = '{"originalCreditor": "MARK", "lateInterest": true}'`,
    )
    await pool.query(
      `INSERT INTO decorum.switch (id, scope, state, reason, set_by, set_at) VALUES (gen_random_uuid(), '{}', 'paused', 'MARK', 'x', now())`,
    )
    await pool.query(
      `INSERT INTO decorum.carry_over (step, position) SELECT s, n FROM unnest($1::text[]) WITH ORDINALITY AS x (s, n)`,
      [['recipient_address', 'account', 'event', 'hold', 'suppression', 'switch', 'reservation']],
    )
    const clear = async (): Promise<string[]> => {
      const { rows } = await pool.query(
        `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'decorum' AND c.relkind = 'r'`,
      )
      const found = []
      for (const { name } of rows)
        if ((await pool.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE '%MARK%' LIMIT 1`)).rows.length > 0)
          found.push(name)
      return found.sort()
    }
    expect(await clear()).toHaveLength(6)
    const told: (string | undefined)[] = []
    expect(await rotateKeys(shell, ({ table }) => told.push(table))).toMatchObject({ carriedOver: 6 })
    expect(await clear()).toEqual([])
    expect(told).toEqual(['recipient_address', 'account', 'event', 'hold', 'suppression', 'switch'])
    expect(await rotateKeys(shell)).toMatchObject({ carriedOver: 0 })

    expect(await services.addEvent(actor, 'a-1', event)).toMatchObject({ repeated: true })
    expect(await accounts.getAccount(actor, { id: 'a-1', creditor: null })).toMatchObject({
      reference: { masked: 'MARK' },
    })
    expect((await lists.listSuppressions(actor, {})).items).toMatchObject([{ source: 'MARK', liftReason: 'MARK' }])
    expect((await lists.listHolds(actor, {})).items[0]).toMatchObject({ endReason: 'MARK' })
    expect((await switchService(shell).listSwitches({ ...actor, creditor: null }, {})).items).toMatchObject([
      { reason: 'MARK' },
    ])
  })
})
