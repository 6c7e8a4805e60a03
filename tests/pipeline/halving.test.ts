import { describe, expect, it } from 'vitest'
import { byHalves } from '../../src/pipeline/halving.ts'

const failure = (message: string, code?: string): Error => Object.assign(new Error(message), code === undefined ? {} : { code })

describe('a batch', () => {
  it('is split down to the one item that cannot be stored; the others go through', async () => {
    const culprits: number[] = []
    const stored = await byHalves([1, 2, 3, 4, 5], async (part) => {
      if (part.includes(4)) throw failure('unsupported Unicode escape sequence', '22P05')
      return part
    }, (item) => {
      culprits.push(item)
      return []
    })
    expect([stored, culprits]).toEqual([[1, 2, 3, 5], [4]])
  })

  it('is repeated whole when the connection ends: nobody is a culprit for that', async () => {
    let tries = 0
    const stored = await byHalves([1, 2], async (part) => {
      if (++tries < 3) throw failure('Connection terminated unexpectedly')
      return part
    }, () => { throw new Error('no item is to blame') })
    expect([stored, tries]).toEqual([[1, 2], 3])
  })
})
