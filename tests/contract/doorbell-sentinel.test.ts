import { randomUUID } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { bullmqDoorbell } from '../../src/queue/bullmq-doorbell.ts'
import type { Ticket } from '../../src/queue/doorbell.ts'
import { findProgram, freePort, serverDirectory, startChild, type ChildServer } from '../support/child-server.ts'
import { startRedis } from '../support/start-redis.ts'
import { whenInstalled } from '../support/servers.ts'

const running: ChildServer[] = []
afterAll(async () => {
  for (const server of running.toReversed()) await server.stop()
})

async function command(port: number, ...words: [string, ...string[]]): Promise<unknown> {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: null })
  client.on('error', () => undefined)
  try {
    return await client.call(...words)
  } finally {
    client.disconnect()
  }
}

async function startSentinel(): Promise<string> {
  const [master, program] = [await startRedis(), findProgram('redis-server')]
  if (master === null || program === null) throw new Error('no redis-server')
  running.push(master)
  const port = await freePort()
  const directory = serverDirectory('sentinel')
  const config = join(directory, 'sentinel.conf')
  writeFileSync(
    config,
    `port ${port}\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 ${new URL(master.url).port} 1\n`,
  )
  // Sentinel writes what it learns into its own configuration.
  chmodSync(config, 0o666)
  const answers = (): Promise<boolean> =>
    command(port, 'PING').then(
      (said) => said === 'PONG',
      () => false,
    )
  running.push(await startChild(directory, [program, config, '--sentinel'], answers))
  return `redis-sentinel://127.0.0.1:${port}/mymaster`
}

whenInstalled('redis-server', 'the doorbell behind Sentinel', () => {
  describe('the doorbell', () => {
    it('behind Sentinel wakes a listener', async () => {
      const doorbell = bullmqDoorbell({ redisUrl: await startSentinel() })
      const rung: Ticket = { ring: randomUUID(), reminderIds: [randomUUID()] }
      const heard = new Promise<Ticket>((resolve, reject) => {
        doorbell.listen('sms-main', 2, async (ticket) => resolve(ticket)).catch(reject)
      })
      expect(await doorbell.check()).toBeNull()
      expect(await doorbell.ring('sms-main', rung)).toBe(true)
      expect(await heard).toEqual(rung)
      await doorbell.close()
    })
  })
})
