import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUnsubscribeToken, unsubscribeToken, unsubscribeUrl } from '../../src/services/callbacks/unsubscribe.ts'
import { parseKeyRing } from '../../src/record/vault/key-ring.ts'
import { openVault } from '../../src/record/vault/vault.ts'
import { masterKey } from '../support/master-key.ts'

const key = (id: string, byte: number) => masterKey(id, byte)
const vault = openVault(parseKeyRing(key('k1', 1)))

describe('the token of an unsubscribe link', () => {
  it('names the address it was made for', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(readUnsubscribeToken(vault, unsubscribeToken(vault, id))).toBe(id)
      }),
    )
  })

  it('is refused when a single character was changed', () => {
    const token = unsubscribeToken(vault, '0190b3a2-7c1e-7000-8000-000000000001')
    for (let i = 0; i < token.length - 1; i++) {
      const changed = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1)
      expect(readUnsubscribeToken(vault, changed), `character ${i}`).toBeNull()
    }
  })

  it.each(['', 'x', 'A'.repeat(43), '../../etc/passwd', 'A'.repeat(10_000)])(
    'is refused when we did not make it: %s',
    (token) => {
      expect(readUnsubscribeToken(vault, token.slice(0, 200))).toBeNull()
    },
  )

  it('still works after the keys were rotated, and not under other keys', () => {
    const token = unsubscribeToken(vault, '0190b3a2-7c1e-7000-8000-000000000001')
    expect(readUnsubscribeToken(openVault(parseKeyRing(`${key('k2', 2)},${key('k1', 1)}`)), token)).not.toBeNull()
    expect(readUnsubscribeToken(openVault(parseKeyRing(key('k1', 9))), token)).toBeNull()
  })

  it('makes no link where the deployment has no public address', () => {
    expect(unsubscribeUrl(null, vault, '0190b3a2-7c1e-7000-8000-000000000001')).toBeNull()
    expect(unsubscribeUrl('https://x.example', vault, '0190b3a2-7c1e-7000-8000-000000000001')).toMatch(
      /^https:\/\/x\.example\/u\/[\w-]{43}$/,
    )
  })
})
