import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Shards } from '../../src/queue/doorbell.ts'

const RING = '0190a5b2-7c1d-7000-8000-000000000006'

describe('the shards of a route', () => {
  it('are all tried, each ring beginning with its own', () => {
    expect(new Shards(4).orderFor(RING)).toEqual([2, 3, 0, 1])
    expect(new Shards(1).orderFor(RING)).toEqual([0])
  })

  it('share the rings about evenly', () => {
    const shards = new Shards(4)
    const taken = [0, 0, 0, 0]
    for (let n = 0; n < 4_000; n++) taken[shards.orderFor(randomUUID())[0] as number]! += 1
    for (const count of taken) expect(Math.abs(count - 1_000)).toBeLessThan(200)
  })

  it('are tried last for five seconds after they did not answer', () => {
    let now = 0
    const shards = new Shards(3, () => now)
    shards.failed(0)
    expect(shards.orderFor(RING)).toEqual([1, 2, 0])
    now = 4_999
    expect(shards.orderFor(RING)).toEqual([1, 2, 0])
    now = 5_000
    expect(shards.orderFor(RING)).toEqual([0, 1, 2])
  })

  it('are tried as ever once they answer, and when none of them does', () => {
    const shards = new Shards(2, () => 0)
    shards.failed(0)
    shards.answered(0)
    expect(shards.orderFor(RING)).toEqual([0, 1])
    shards.failed(0)
    shards.failed(1)
    expect(shards.orderFor(RING)).toEqual([0, 1])
  })
})
