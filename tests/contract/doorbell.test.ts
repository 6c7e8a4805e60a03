import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { bullmqDoorbell } from '../../src/queue/bullmq-doorbell.ts'
import { openLedger } from '../../src/record/ledger.ts'
import { freshDatabase } from '../support/fresh-database.ts'
import { openEmbeddedFresh } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'
import { openProxy } from '../support/tcp-proxy.ts'
import { doorbellContract, type DoorbellFixture } from './doorbell-contract.ts'

const deleteKeys = async (redis: Redis, namespace: string): Promise<void> => {
  const keys = await redis.keys(`${namespace}:*`)
  if (keys.length > 0) await redis.del(...keys)
}

const deleteJobs = async (pool: pg.Pool): Promise<void> => void (await pool.query('TRUNCATE bullmq.job CASCADE'))

async function onRedis(url: string, stall: 'cut' | 'freeze'): Promise<DoorbellFixture> {
  const proxy = await openProxy(Number(new URL(url).port))
  const namespace = `test-${randomUUID()}`
  const direct = new Redis(url)
  const doorbell = bullmqDoorbell({ redisUrl: `redis://127.0.0.1:${proxy.port}/0`, namespace })
  return {
    doorbell,
    flush: () => deleteKeys(direct, namespace),
    die: async () => proxy[stall](),
    revive: () => proxy.restore(),
    dispose: async () => {
      await doorbell.close()
      await deleteKeys(direct, namespace)
      direct.disconnect()
      await proxy.close()
    },
  }
}

async function onPostgres(serverUrl: string): Promise<DoorbellFixture> {
  const database = await freshDatabase(serverUrl)
  const url = new URL(database.url)
  const proxy = await openProxy(Number(url.port))
  url.port = String(proxy.port)
  const ledger = await openLedger({ databaseUrl: url.href })
  const doorbell = bullmqDoorbell({ ledgerPool: ledger.pool })
  return {
    doorbell,
    flush: () => deleteJobs(ledger.pool),
    die: () => proxy.cut(),
    revive: () => proxy.restore(),
    dispose: async () => {
      await doorbell.close()
      await ledger.close()
      await proxy.close()
      await database.drop()
    },
  }
}

async function onEmbedded(): Promise<DoorbellFixture> {
  const { ledger, dispose } = await openEmbeddedFresh()
  const doorbell = bullmqDoorbell({ ledgerPool: ledger.pool })
  const elsewhere = AsyncLocalStorage.snapshot()
  let holder: pg.PoolClient | undefined
  return {
    doorbell,
    flush: () => deleteJobs(ledger.pool),
    // Nothing can cut it off; a transaction that does not end makes it just as silent.
    die: () =>
      elsewhere(async () => {
        holder = await ledger.pool.connect()
        await holder.query('BEGIN')
      }),
    revive: () => elsewhere(async () => holder?.release(true)),
    dispose: async () => {
      await doorbell.close()
      await dispose()
    },
  }
}

whenThere('Redis', 'the doorbell on Redis', (url) => {
  doorbellContract('Redis, cut off', () => onRedis(url, 'cut'))
  doorbellContract('Redis, frozen', () => onRedis(url, 'freeze'))

  describe('an outage of Redis', () => {
    it('is told once when it begins and once when it ends', async () => {
      const proxy = await openProxy(Number(new URL(url).port))
      const told: string[] = []
      let recovered = (): void => undefined
      const back = new Promise<void>((resolve) => (recovered = resolve))
      const doorbell = bullmqDoorbell(
        { redisUrl: `redis://127.0.0.1:${proxy.port}/0`, namespace: `test-${randomUUID()}` },
        {
          onError: (problem) => told.push(problem),
          onRecovered: () => {
            told.push('recovered')
            recovered()
          },
        },
      )
      expect(await doorbell.check()).toBeNull()
      await proxy.cut()
      for (let i = 0; i < 3; i++) await doorbell.ring('sms-main', { ring: randomUUID(), reminderIds: [randomUUID()] })
      await doorbell.check()
      await proxy.restore()
      await back
      expect(told).toEqual([expect.stringMatching(/./), 'recovered'])
      await doorbell.close()
      await proxy.close()
    })

    it('at the start does not stop a listener from hearing later', async () => {
      const proxy = await openProxy(Number(new URL(url).port))
      await proxy.cut()
      const doorbell = bullmqDoorbell({
        redisUrl: `redis://127.0.0.1:${proxy.port}/0`,
        namespace: `test-${randomUUID()}`,
      })
      const ring = randomUUID()
      const heard = new Promise<string>((resolve, reject) => {
        doorbell.listen('sms-main', 1, async (ticket) => resolve(ticket.ring)).catch(reject)
      })
      expect(await doorbell.ring('sms-main', { ring, reminderIds: [randomUUID()] })).toBe(false)
      await proxy.restore()
      while (!(await doorbell.ring('sms-main', { ring, reminderIds: [randomUUID()] }))) await doorbell.check()
      expect(await heard).toBe(ring)
      await doorbell.close()
      await proxy.close()
    })
  })
})

whenThere('PostgreSQL', 'the doorbell on PostgreSQL', (url) => doorbellContract('PostgreSQL', () => onPostgres(url)))

doorbellContract('the embedded ledger', onEmbedded)
