import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisRateGate } from '../../src/deliver/rate-gate-redis.ts'
import { connectRedis, parseRedisUrl } from '../../src/queue/redis-connection.ts'
import { whenInstalled } from '../support/servers.ts'
import { type RedisCluster, startRedisCluster } from '../support/start-redis-cluster.ts'
import { type GateBench, rateGateContract } from './rate-gate-contract.ts'

const connect = async (cluster: RedisCluster): Promise<Cluster> => {
  const client = connectRedis(parseRedisUrl(cluster.url), 'ring') as Cluster
  client.on('error', () => undefined)
  if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve))
  return client
}

whenInstalled('redis-server', 'the rate gate on a cluster', () => {
  describe('on three masters', () => {
    let cluster: RedisCluster
    beforeAll(async () => {
      cluster = (await startRedisCluster()) as RedisCluster
    })
    afterAll(() => cluster.stop())

    rateGateContract(
      'the Redis gate on a cluster',
      async (): Promise<GateBench> => {
        const prefix = `test-${randomUUID()}`
        const connections = [await connect(cluster), await connect(cluster)] as const
        let next = 0
        return {
          now: () => performance.now(),
          wait: async (ms) => {
            await delay(Math.max(ms, 0))
          },
          gate: (route, rate) => redisRateGate(connections[next++ % 2] as Cluster, route, rate, prefix),
          async forget() {
            for (const node of connections[0].nodes('master'))
              for (const key of await node.keys(`${prefix}:*`)) await node.del(key)
          },
          async close() {
            for (const connection of connections) connection.disconnect()
          },
        }
      },
      4,
    )
  })

  describe('the Redis gate when the master of its key is lost', () => {
    it('takes what the replica remembers for outdated, whoever asks, and the next second for full', async () => {
      const cluster = (await startRedisCluster({ replicas: true, nodeTimeoutMs: 1_000 })) as RedisCluster
      const rate = { perSecond: 50, largestWeight: 1 }
      const before = await connect(cluster)
      try {
        const gate = redisRateGate(before, 'sms', rate)
        await delay(await gate.backlogMs())
        expect(await gate.backlogMs()).toBe(0)
        const master = await cluster.masterOf('decorum:rate:sms')
        master.signal('SIGKILL')
        for (;;) {
          const now = await cluster.masterOf('decorum:rate:sms').catch(() => master)
          if (now !== master) break
          await delay(50)
        }
        // A worker that was not connected when it happened, and one that was.
        const after = await connect(cluster)
        expect(await redisRateGate(after, 'sms', rate).backlogMs()).toBeGreaterThan(900)
        after.disconnect()
        await delay(await gate.backlogMs())
        expect((await gate.take([1])).delaysMs[0]).toBeLessThan(100)
      } finally {
        before.disconnect()
        await cluster.stop()
      }
    })
  })
})
