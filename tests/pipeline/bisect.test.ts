import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runBisecting } from '../../src/pipeline/bisect.ts'

const failure = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code })
const unstorable = (): Error => failure('unsupported Unicode escape sequence', '22P05')
const connectionLost = (): Error => failure('Connection terminated unexpectedly')

describe('a batch', () => {
  it('is split down to the one item that cannot be stored; the others go through', async () => {
    const poisoned: number[] = []
    const stored = await runBisecting(
      [1, 2, 3, 4, 5],
      async (part) => {
        if (part.includes(4)) throw unstorable()
        return part
      },
      (item) => {
        poisoned.push(item)
        return []
      },
    )
    expect([stored, poisoned]).toEqual([[1, 2, 3, 5], [4]])
  })

  it('stores every sound item once and names every poisoned one once, in order, in few transactions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 100 }), async (isPoisoned) => {
        const items = isPoisoned.map((_, i) => i)
        const named: number[] = []
        const committed: number[] = []
        let runs = 0
        const results = await runBisecting(
          items,
          async (part) => {
            runs++
            if (part.some((item) => isPoisoned[item])) throw unstorable()
            committed.push(...part)
            return part.map((item) => `stored ${item}`)
          },
          (item) => {
            named.push(item)
            return [`poisoned ${item}`]
          },
        )
        expect(results).toEqual(items.map((item) => `${isPoisoned[item] ? 'poisoned' : 'stored'} ${item}`))
        expect(committed).toEqual(items.filter((item) => !isPoisoned[item]))
        expect(named).toEqual(items.filter((item) => isPoisoned[item]))
        expect(runs).toBeLessThanOrEqual(1 + 2 * named.length * Math.ceil(Math.log2(items.length + 1)))
      }),
    )
  })

  it('is repeated whole when the connection ends: no item is to blame for that', async () => {
    let tries = 0
    const stored = await runBisecting(
      [1, 2],
      async (part) => {
        if (++tries < 3) throw connectionLost()
        return part
      },
      () => {
        throw new Error('no item is to blame')
      },
    )
    expect([stored, tries]).toEqual([[1, 2], 3])
  })

  it('ends after four tries without a connection, and blames no item', async () => {
    const tried: number[][] = []
    await expect(
      runBisecting(
        [1, 2],
        async (part) => {
          tried.push([...part])
          throw connectionLost()
        },
        () => {
          throw new Error('no item is to blame')
        },
      ),
    ).rejects.toThrow('Connection terminated')
    expect(tried).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ])
  })

  it('ends at once with what its caller says concerns all; what went before stays', async () => {
    const committed: number[] = []
    const run = async (part: readonly number[]): Promise<number[]> => {
      if (part.includes(2)) throw part.length === 1 ? new RangeError('for all') : unstorable()
      committed.push(...part)
      return [...part]
    }
    const outcome = runBisecting(
      [0, 1, 2, 3],
      run,
      () => [],
      (error) => error instanceof RangeError,
    )
    await expect(outcome).rejects.toThrow('for all')
    expect(committed).toEqual([0, 1])
  })

  it('of nothing is no transaction', async () => {
    expect(
      await runBisecting(
        [],
        () => {
          throw new Error('run')
        },
        () => [],
      ),
    ).toEqual([])
  })
})
