import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { weaknessOf } from '../../src/model/weak-key.ts'
import { masterKeyBytes } from '../support/master-key.ts'

describe('a weak key', () => {
  it.each([
    ['all zeros', Buffer.alloc(32), 'is all zeros'],
    ['one byte', Buffer.alloc(32, 7), 'repeats a pattern'],
    ['a word, again and again', Buffer.from('secret!!'.repeat(4)), 'repeats a pattern'],
    [
      'half of it, twice',
      Buffer.concat([masterKeyBytes(1).subarray(0, 16), masterKeyBytes(1).subarray(0, 16)]),
      'repeats a pattern',
    ],
    ['counting up', Buffer.from(Array.from({ length: 32 }, (_, i) => i + 200)), 'counts up or down'],
    ['counting down by three', Buffer.from(Array.from({ length: 32 }, (_, i) => -3 * i)), 'counts up or down'],
    ['letters of a few kinds', Buffer.from('abbabcacbdbabcbabcbabcdbcabcbabc'), 'has too few different bytes'],
  ])('%s', (_what, bytes, weakness) => {
    expect(weaknessOf(bytes)).toBe(weakness)
  })

  it('is none that was drawn at random', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(weaknessOf(masterKeyBytes(seed))).toBeNull()
      }),
    )
  })
})
