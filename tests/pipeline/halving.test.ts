import { describe, expect, it } from 'vitest'
import { byHalves, isTransient } from '../../src/pipeline/halving.ts'

const failure = (message: string, code?: string): Error => Object.assign(new Error(message), code === undefined ? {} : { code })

describe('what may be tried again as it is', () => {
  it.each([
    ['a deadlock', failure('deadlock detected', '40P01')],
    ['a server that is shut down', failure('terminating connection due to administrator command', '57P01')],
    ['a connection that was reset', failure('read ECONNRESET', 'ECONNRESET')],
    ['a connection that ended, which pg reports without a code', failure('Connection terminated unexpectedly')],
    ['a pool that cannot connect', failure('timeout exceeded when trying to connect')],
  ])('%s', (_what, error) => expect(isTransient(error)).toBe(true))

  it.each([
    ['text that PostgreSQL cannot store', failure('unsupported Unicode escape sequence', '22P05')],
    ['a defect of ours', new TypeError('x is not a function')],
    ['nothing', null],
  ])('but not %s', (_what, error) => expect(isTransient(error)).toBe(false))
})

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
