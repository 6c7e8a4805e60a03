import { beforeEach, describe, expect, it } from 'vitest'
import { keepTriggers } from '../../src/record/chain/evidence.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { migrate } from '../../src/record/migrate.ts'
import { ledgerKeys, recogniseKeys, ringProblem } from '../../src/record/ring-keys.ts'
import { parseKeyRing } from '../../src/record/vault/key-ring.ts'
import { openVault } from '../../src/record/vault/vault.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { masterKey } from '../support/master-key.ts'

const ring = (...entries: string[]) => parseKeyRing(entries.join(','))
const [k1, k2, k3] = ['k1', 'k2', 'k3'].map((id) => masterKey(id)) as [string, string, string]
const otherK1 = masterKey('k1', 'something else')

eachLedger('the keys of a ledger', (_name, openFresh) => {
  let ledger: Ledger
  beforeEach(async () => {
    ledger ??= (await openFresh()).ledger
    await emptyLedger(ledger)
  })

  const refused = (entries: readonly string[], failure: Record<string, unknown>): Promise<void> =>
    expect(recogniseKeys(ledger, ring(...entries))).rejects.toMatchObject(failure)

  describe('are recognised', () => {
    it('at every start with the same ones', async () => {
      for (let start = 0; start < 2; start++) {
        const vault = await recogniseKeys(ledger, ring(k1))
        expect([vault.currentKeyId, vault.liveHashKeys]).toEqual(['k1', ['k1']])
      }
    })

    it('with a newer one in front, which does nothing before a rotation', async () => {
      const before = (await recogniseKeys(ledger, ring(k1))).addressHash('phone', '+12125550123')
      const vault = await recogniseKeys(ledger, ring(k2, k1))
      expect(vault.addressHash('phone', '+12125550123')).toEqual(before)
      expect([vault.currentKeyId, vault.newDataKey().keyId]).toEqual(['k1', 'k1'])
    })

    it('by several processes that start at once', async () => {
      const vaults = await Promise.all(Array.from({ length: 6 }, () => recogniseKeys(ledger, ring(k2, k1))))
      expect(new Set(vaults.map((vault) => vault.currentKeyId))).toEqual(new Set(['k2']))
    })
  })

  describe('are refused, and the key is named', () => {
    it('when one is missing', async () => {
      await recogniseKeys(ledger, ring(k2, k1))
      await refused([k2], { code: 'DECORUM_KEY_MISSING', message: expect.stringContaining('no key k1') })
      await refused([k1], { code: 'DECORUM_KEY_MISSING', message: expect.stringContaining('no key k2') })
    })

    it('when one has other bytes', async () => {
      await recogniseKeys(ledger, ring(k1))
      await refused([otherK1], {
        code: 'DECORUM_KEY_MISMATCH',
        message: expect.stringContaining('key k1 of DECORUM_KEYS has other bytes'),
      })
      await refused([k2, otherK1], { code: 'DECORUM_KEY_MISMATCH' })
    })

    it.each([
      ['a new one behind the one in use', [k1], [k1, k2], 'key k2 of DECORUM_KEYS is newer than k1'],
      ['a new one between two', [k2, k1], [k2, k3, k1], 'key k3 of DECORUM_KEYS is newer than k2'],
      ['known ones the other way round', [k2, k1], [k1, k2], 'key k2 of DECORUM_KEYS is newer than k1'],
    ])('when they stand in another order: %s', async (_what, before, now, message) => {
      await recogniseKeys(ledger, ring(...before))
      await refused(now, { code: 'DECORUM_KEY_MISMATCH', message: expect.stringContaining(message) })
    })

    it('of two processes with different rings that start at once, one', async () => {
      const outcomes = await Promise.allSettled([recogniseKeys(ledger, ring(k1)), recogniseKeys(ledger, ring(otherK1))])
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    })

    it('and nothing is recorded of them', async () => {
      await recogniseKeys(ledger, ring(k1))
      await refused([k1, k2], { code: 'DECORUM_KEY_MISMATCH' })
      expect((await ledger.pool.query('SELECT id FROM decorum.ring_key')).rows).toEqual([{ id: 'k1' }])
    })

    it('when a process at work lacks one that another has brought', async () => {
      await recogniseKeys(ledger, ring(k1))
      expect(await ringProblem(ledger.db, ['k1'])).toBeNull()
      await recogniseKeys(ledger, ring(k2, k1))
      expect(await ringProblem(ledger.db, ['k1'])).toContain('no key k2')
    })
  })

  describe('of a ledger from before they were known', () => {
    /** A ledger of the schema before, with a person under `wrapping` and an address under `hashing`. */
    async function fromBefore(wrapping: string, hashing: string): Promise<Ledger> {
      const { ledger: old } = await openFresh()
      await old.pool.query(`DROP TABLE decorum.ring_key, decorum.address_name, decorum.carry_over`)
      await old.pool.query(`ALTER TABLE decorum.process DROP COLUMN ring`)
      await old.pool.query(`ALTER TABLE decorum.api_key DROP COLUMN bootstrap`)
      await old.pool.query(`DELETE FROM decorum.migration WHERE number >= 4`)
      await keepTriggers(old.db)
      const { wrapped, keyId } = openVault(ring(wrapping)).newDataKey()
      const { hash, keyId: hashKey } = openVault(ring(hashing)).addressHash('phone', '+12125550123')
      await old.pool.query(
        `INSERT INTO decorum.recipient (id, creditor, external_id, data_key, data_key_id, created_at, updated_at)
         VALUES (gen_random_uuid(), 'acme', 'r-1', $1, $2, now(), now())`,
        [wrapped, keyId],
      )
      await old.pool.query(`INSERT INTO decorum.address VALUES ('acme', $1, $2, now())`, [hash, hashKey])
      await old.pool.query(
        `INSERT INTO decorum.api_key (id, hash, label, kind, scopes, created_at) VALUES (gen_random_uuid(), 'x', 'bootstrap', 'live', '{admin}', now())`,
      )
      await migrate(old)
      return old
    }

    it('go on as they did: the newest wraps, the one that hashed hashes', async () => {
      const old = await fromBefore(k2, k1)
      await recogniseKeys(old, ring(k2, k1))
      expect(await ledgerKeys(old.db)).toMatchObject({ wraps: 'k2', hashes: 'k1' })
      expect((await old.pool.query('SELECT bootstrap FROM decorum.api_key')).rows).toEqual([{ bootstrap: true }])
    })

    it('hash with the one that hashed, though the ring is in another order now', async () => {
      const old = await fromBefore(k1, k1)
      await recogniseKeys(old, ring(k1, k2))
      expect(await ledgerKeys(old.db)).toMatchObject({ hashes: 'k1' })
    })

    it.each([
      ['lacks one', [k1], 'no key k2'],
      ['has other bytes', [masterKey('k2', 'another'), k1], 'key k2 of DECORUM_KEYS is not the one'],
    ])('are refused when the ring %s', async (_what, now, message) => {
      const old = await fromBefore(k2, k1)
      await expect(recogniseKeys(old, ring(...now))).rejects.toMatchObject({
        code: 'DECORUM_KEY_MISSING',
        message: expect.stringContaining(message),
      })
    })
  })
})
