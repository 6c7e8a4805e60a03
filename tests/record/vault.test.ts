import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadOrCreateKeys, parseKeyRing } from '../../src/record/vault/key-ring.ts'
import { openVault } from '../../src/record/vault/vault.ts'
import { masterKey } from '../support/master-key.ts'

const [older, newer] = [1, 2].map((n) => masterKey(`k${n}`)) as [string, string]
const vault = openVault(parseKeyRing(older))
const place = { table: 'recipient', column: 'name', rowId: 'r-1' }

describe('the vault', () => {
  it('gives back exactly what was put in, in any script', () => {
    const { wrapped, keyId } = vault.newDataKey()
    const key = vault.unwrap(wrapped, keyId)
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        (text) => vault.open(key, place, vault.seal(key, place, text)) === text,
      ),
    )
  })

  it('shows nothing of the text, and never the same bytes twice', () => {
    const { wrapped, keyId } = vault.newDataKey()
    const key = vault.unwrap(wrapped, keyId)
    const [once, again] = [vault.seal(key, place, '张伟 13800138000'), vault.seal(key, place, '张伟 13800138000')]
    expect(once.includes('13800138000')).toBe(false)
    expect(once.equals(again)).toBe(false)
    expect(once.length).toBe(Buffer.byteLength('张伟 13800138000') + 29)
  })

  it.each([
    ['another table', { ...place, table: 'account' }],
    ['another column', { ...place, column: 'value' }],
    ['another row', { ...place, rowId: 'r-2' }],
  ])('does not open a text that was moved to %s', (_where, elsewhere) => {
    const { wrapped, keyId } = vault.newDataKey()
    const key = vault.unwrap(wrapped, keyId)
    expect(() => vault.open(key, elsewhere, vault.seal(key, place, 'x'))).toThrow('does not open there')
  })

  it('does not open with another person’s key, nor after one bit changed', () => {
    const [mine, theirs] = [vault.newDataKey(), vault.newDataKey()].map((k) => vault.unwrap(k.wrapped, k.keyId)) as [
      never,
      never,
    ]
    const sealed = vault.seal(mine, place, 'x')
    expect(() => vault.open(theirs, place, sealed)).toThrow('does not open there')
    for (let at = 0; at < sealed.length; at++) {
      const altered = Buffer.from(sealed)
      altered[at] = (altered[at] as number) ^ 1
      expect(() => vault.open(mine, place, altered)).toThrow('does not open there')
    }
    expect(() => vault.open(mine, place, Buffer.alloc(3))).toThrow('does not open there')
  })

  it('says that a person was erased when their key is gone', () => {
    expect(() => vault.unwrap(null, null)).toThrow(expect.objectContaining({ code: 'DECORUM_ERASED' }))
  })
})

describe('rotating keys', () => {
  const rotated = openVault(parseKeyRing(`${newer},${older}`))

  it('still opens what the old key wrapped, and wraps with the new one', () => {
    const old = vault.newDataKey()
    const sealed = vault.seal(vault.unwrap(old.wrapped, old.keyId), place, 'kept')
    const fresh = rotated.rewrap(old.wrapped, old.keyId)
    expect(fresh?.keyId).toBe('k2')
    const onlyNew = openVault(parseKeyRing(newer))
    expect(onlyNew.open(onlyNew.unwrap(fresh?.wrapped ?? null, 'k2'), place, sealed)).toBe('kept')
  })

  it('has nothing to do for what is under the current key', () => {
    const { wrapped, keyId } = rotated.newDataKey()
    expect(rotated.rewrap(wrapped, keyId)).toBeNull()
  })

  it('names the key that is missing', () => {
    const { wrapped, keyId } = rotated.newDataKey()
    expect(() => vault.unwrap(wrapped, keyId)).toThrow(
      expect.objectContaining({ code: 'DECORUM_KEY_MISSING', message: 'DECORUM_KEYS has no key k2' }),
    )
  })

  it('notices a key that has the right id but is another', () => {
    const impostor = openVault(parseKeyRing(`k2:${randomBytes(32).toString('base64')}`))
    const { wrapped, keyId } = rotated.newDataKey()
    expect(() => impostor.unwrap(wrapped, keyId)).toThrow(expect.objectContaining({ code: 'DECORUM_KEY_MISSING' }))
  })

  it('does not change what addresses are found by when a key is added', () => {
    const before = vault.addressHash('sms', '+8613800138000')
    expect(rotated.addressHash('sms', '+8613800138000')).toEqual(before)
    expect(rotated.addressHashes('sms', '+8613800138000').map((h) => h.keyId)).toEqual(['k1', 'k2'])
    expect(rotated.liveHashKeys).toEqual(['k1', 'k2'])
  })
})

describe('an address hash', () => {
  it('is the same for calls and texts to one number, and differs from a mailbox of that name', () => {
    const hash = (channel: 'phone' | 'sms' | 'email') => vault.addressHash(channel, '+12125550123').hash.toString('hex')
    expect(hash('phone')).toBe(hash('sms'))
    expect(hash('email')).not.toBe(hash('phone'))
  })

  it('cannot be computed without the key', () => {
    const other = openVault(parseKeyRing(`k1:${randomBytes(32).toString('base64')}`))
    expect(other.addressHash('sms', '+12125550123').hash.equals(vault.addressHash('sms', '+12125550123').hash)).toBe(
      false,
    )
  })
})

describe('DECORUM_KEYS', () => {
  it.each([
    ['', 'DECORUM_KEYS[0] is not `id:base64`'],
    ['k1', 'DECORUM_KEYS[0] is not `id:base64`'],
    ['k1:c2hvcnQ=', 'DECORUM_KEYS[0] holds 5 bytes'],
    [`${older},${older}`, 'DECORUM_KEYS[1] repeats the id k1'],
    [`${older},k9:???`, 'DECORUM_KEYS[1] is not `id:base64`'],
  ])('%j is refused: %s', (text, problem) => {
    expect(() => parseKeyRing(text)).toThrow(
      expect.objectContaining({ code: 'DECORUM_CONFIG', message: `DECORUM_KEYS: ${problem}` }),
    )
  })

  it('is made once for an embedded ledger, for its owner alone', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'decorum-keys-'))
    const keys = loadOrCreateKeys(dataDir)
    expect(loadOrCreateKeys(dataDir)).toBe(keys)
    expect(parseKeyRing(keys)[0].id).toBe('k1')
    expect(statSync(join(dataDir, 'keys')).mode & 0o777).toBe(0o600)
    rmSync(dataDir, { recursive: true })
  })
})
