import pLimit from 'p-limit'
import { describe, expect, it } from 'vitest'

/** What the doorbell and the dispatcher rely on, whichever version of the library is installed. */
describe('the limit on concurrent work', () => {
  it('lets only so many at once, the others in their order, and frees the place of one that failed', async () => {
    const limit = pLimit(2)
    const order: number[] = []
    let now = 0
    let most = 0
    const work = (n: number) =>
      limit(async () => {
        order.push(n)
        most = Math.max(most, ++now)
        await Promise.resolve()
        now -= 1
        if (n === 1) throw new Error('failed')
        return n
      })
    const done = await Promise.allSettled([0, 1, 2, 3, 4].map(work))
    expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
    expect([order, most]).toEqual([[0, 1, 2, 3, 4], 2])
  })

  it('lets no newcomer overtake, whenever it comes', async () => {
    const limit = pLimit(1)
    const order: string[] = []
    const run = (name: string) =>
      limit(async () => {
        order.push(name)
      })
    const done = [
      limit(async () => {
        await Promise.resolve()
      }),
      run('first'),
      run('second'),
    ]
    // One in every turn in which the place may just have become free.
    for (let n = 0; n < 8; n++) {
      done.push(run(`newcomer ${n}`))
      await Promise.resolve()
    }
    await Promise.all(done)
    expect(order).toEqual(['first', 'second', ...Array.from({ length: 8 }, (_, n) => `newcomer ${n}`)])
  })
})
