import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bullmqDoorbell } from '../../src/queue/bullmq-doorbell.ts'
import { checkRedis } from '../../src/queue/redis-connection.ts'
import type { Doorbell, Ticket } from '../../src/queue/doorbell.ts'
import { startRedisCluster, type ClusterNode, type RedisCluster } from '../support/start-redis-cluster.ts'
import { whenInstalled } from '../support/servers.ts'
import { doorbellContract, type DoorbellFixture } from './doorbell-contract.ts'

const SHARDS = 4
const ticket = (): Ticket => ({ ring: randomUUID(), reminderIds: [randomUUID()] })
/** Which node a queue is on hangs on what stands between the braces. */
const keyOf = (namespace: string, route: string, shard: number): string =>
  `${namespace}:{${route}:${shard}}:${route}:wait`

whenInstalled('redis-server', 'the doorbell on a cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = (await startRedisCluster()) as RedisCluster
  })
  afterAll(() => cluster.stop())

  const signal = (name: 'SIGSTOP' | 'SIGCONT') => async (): Promise<void> => {
    for (const node of cluster.masters) node.signal(name)
  }

  async function onCluster(): Promise<DoorbellFixture> {
    const namespace = `test-${randomUUID()}`
    const doorbell = bullmqDoorbell({ redisUrl: cluster.url, namespace, shards: SHARDS })
    const flush = async (): Promise<void> => {
      for (const node of cluster.masters)
        for (const key of await node.call<string[]>('KEYS', `${namespace}:*`)) await node.call('DEL', key)
    }
    return {
      doorbell,
      flush,
      die: signal('SIGSTOP'),
      revive: signal('SIGCONT'),
      dispose: async () => {
        await doorbell.close()
        await flush()
      },
    }
  }

  doorbellContract('a cluster, four shards a route', onCluster)

  describe('the doorbell on a cluster', () => {
    /** A route whose first shard is alone on its node. */
    async function spreadRoute(namespace: string): Promise<{ route: string; first: ClusterNode }> {
      for (;;) {
        const route = `sms-${randomUUID()}`
        const nodes = await Promise.all(
          Array.from({ length: SHARDS }, (_, shard) => cluster.masterOf(keyOf(namespace, route, shard))),
        )
        const [first, ...others] = nodes
        if (first !== undefined && others.every((node) => node !== first)) return { route, first }
      }
    }

    /** Everything that is heard on a route, and a way to wait for it. */
    async function hear(bell: Doorbell, route: string): Promise<{ until(rings: ReadonlySet<string>): Promise<void> }> {
      const missing = new Set<string>()
      const heard = new Set<string>()
      let done = (): void => undefined
      await bell.listen(route, 4, async ({ ring }) => {
        heard.add(ring)
        missing.delete(ring)
        if (missing.size === 0) done()
      })
      return {
        until: (rings) =>
          new Promise<void>((resolve) => {
            for (const ring of rings) if (!heard.has(ring)) missing.add(ring)
            done = resolve
            if (missing.size === 0) resolve()
          }),
      }
    }

    /** Rings so often; answers what was taken, and how long each ring took. */
    async function ringTimes(
      bell: Doorbell,
      route: string,
      count: number,
    ): Promise<{ taken: Set<string>; tookMs: number[] }> {
      const taken = new Set<string>()
      const tookMs: number[] = []
      for (let n = 0; n < count; n++) {
        const one = ticket()
        const began = performance.now()
        if (await bell.ring(route, one)) taken.add(one.ring)
        tookMs.push(performance.now() - began)
      }
      return { taken, tookMs }
    }

    it('spreads the tickets of one route over several nodes', async () => {
      const namespace = `test-${randomUUID()}`
      const bell = bullmqDoorbell({ redisUrl: cluster.url, namespace })
      const { route } = await spreadRoute(namespace)
      expect(await bell.check()).toBeNull()
      for (let n = 0; n < 40; n++) expect(await bell.ring(route, ticket())).toBe(true)
      const waiting = await Promise.all(
        Array.from({ length: SHARDS }, async (_, shard) =>
          (await cluster.masterOf(keyOf(namespace, route, shard))).call<number>('LLEN', keyOf(namespace, route, shard)),
        ),
      )
      expect(waiting.reduce((sum, length) => sum + length, 0)).toBe(40)
      for (const length of waiting) expect(length).toBeGreaterThan(0)
      await bell.close()
    })

    it('goes on over the other shards while the node of one does not answer', async () => {
      const namespace = `test-${randomUUID()}`
      const bell = bullmqDoorbell({ redisUrl: cluster.url, namespace, shards: SHARDS })
      const { route, first } = await spreadRoute(namespace)
      // Before it is connected a ring is refused at once, by design.
      expect(await bell.check()).toBeNull()
      const ear = await hear(bell, route)
      await ear.until((await ringTimes(bell, route, 8)).taken)
      first.signal('SIGSTOP')
      try {
        const { taken, tookMs } = await ringTimes(bell, route, 24)
        expect(taken.size).toBe(24)
        // The shard on that node keeps one ring waiting for a second; after that it is left alone for five.
        const allMs = tookMs.reduce((sum, took) => sum + took, 0)
        expect(tookMs.filter((took) => took > 990).length).toBeLessThanOrEqual(1 + Math.floor(allMs / 5_000))
        await ear.until(taken)
      } finally {
        first.signal('SIGCONT')
      }
      await bell.close()
    })

    it('is checked on every master', async () => {
      expect(await checkRedis(cluster.url)).toEqual({ version: expect.stringMatching(/^\d+\.\d+/), problems: [] })
      const [, second] = cluster.masters
      await second?.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
      expect((await checkRedis(cluster.url)).problems).toEqual([
        expect.stringContaining('maxmemory-policy allkeys-lru'),
      ])
      await second?.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    })

    it('loses what waits on a shard that is no longer heard, and hears what is rung again', async () => {
      const namespace = `test-${randomUUID()}`
      const route = `sms-${randomUUID()}`
      const many = bullmqDoorbell({ redisUrl: cluster.url, namespace, shards: SHARDS })
      expect(await many.check()).toBeNull()
      for (let n = 0; n < 12; n++) await many.ring(route, ticket())
      await many.close()
      const one = bullmqDoorbell({ redisUrl: cluster.url, namespace, shards: 1 })
      expect(await one.check()).toBeNull()
      const again = ticket()
      const heard = new Promise<void>((resolve, reject) => {
        one
          .listen(route, 2, async ({ ring }) => {
            if (ring === again.ring) resolve()
          })
          .catch(reject)
      })
      expect(await one.ring(route, again)).toBe(true)
      await heard
      await one.close()
    })
  })
})
