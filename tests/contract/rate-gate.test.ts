import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { redisRateGate } from '../../src/deliver/rate-gate-redis.ts'
import { type GateRate, memoryRateGate, postgresRateGate, type RateGate } from '../../src/deliver/rate-gate.ts'
import { takeRateSlots } from '../../src/record/take-rate-slots.ts'
import { FakeMonotonic } from '../support/fake-monotonic.ts'
import { openServerFresh } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'
import { type GateBench, rateGateContract } from './rate-gate-contract.ts'

const real = {
  now: () => performance.now(),
  wait: async (ms: number) => {
    await delay(Math.max(ms, 0))
  },
}

rateGateContract(
  'the memory gate',
  async (): Promise<GateBench> => {
    const clock = new FakeMonotonic()
    // The workers of one process share its gate; forgetting is a new process.
    let gates = new Map<string, RateGate>()
    const shared = (route: string, rate: GateRate): RateGate => {
      const gate = gates.get(route) ?? memoryRateGate(route, rate, clock.now)
      gates.set(route, gate)
      return gate
    }
    return {
      now: clock.now,
      wait: clock.wait,
      gate: (route, rate) => ({
        take: (weights, pace) => shared(route, rate).take(weights, pace),
        backlogMs: (smallest) => shared(route, rate).backlogMs(smallest),
        close: async () => {},
      }),
      async forget() {
        gates = new Map()
      },
      close: async () => {},
    }
  },
  60,
)

whenThere('Redis', 'the Redis rate gate', (url) => {
  rateGateContract(
    'the Redis gate',
    async (): Promise<GateBench> => {
      const prefix = `test-${randomUUID()}`
      const connections = [new Redis(url), new Redis(url)] as const
      let next = 0
      return {
        ...real,
        gate: (route, rate) => redisRateGate(connections[next++ % 2] as Redis, route, rate, prefix),
        async forget() {
          const keys = await connections[0].keys(`${prefix}*`)
          if (keys.length > 0) await connections[0].del(keys)
        },
        async close() {
          for (const connection of connections) await connection.quit()
        },
      }
    },
    4,
  )

  describe('the Redis gate after a lost connection', () => {
    it('takes what Redis remembers for outdated, and the next second for full', async () => {
      const redis = new Redis(url)
      const gate = redisRateGate(redis, 'sms', { perSecond: 50, largestWeight: 1 }, `test-${randomUUID()}`)
      try {
        await delay(await gate.backlogMs())
        expect((await gate.take([1])).delaysMs[0]).toBeLessThan(100)
        redis.disconnect(true)
        await once(redis, 'ready')
        expect(await gate.backlogMs()).toBeGreaterThan(900)
      } finally {
        redis.disconnect()
      }
    })
  })
})

whenThere('PostgreSQL', 'the PostgreSQL rate gate', () => {
  rateGateContract(
    'the PostgreSQL gate',
    async (): Promise<GateBench> => {
      const { ledger, dispose } = await openServerFresh()
      return {
        ...real,
        gate: (route, rate) => postgresRateGate((booking) => takeRateSlots(ledger.db, booking), route, rate),
        forget: async () => void (await ledger.db.deleteFrom('decorum.rate_slot').execute()),
        close: dispose,
      }
    },
    4,
  )
})
