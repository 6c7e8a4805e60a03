import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busiestSecond } from '../support/busiest.ts'
import { eventually } from '../support/eventually.ts'
import { openSendingFleet, type SendingFleet } from '../support/sending-fleet.ts'
import { startRedisCluster, type ClusterNode, type RedisCluster } from '../support/start-redis-cluster.ts'
import { postgresUrl, whenInstalled, whenThere } from '../support/servers.ts'

const PER_SECOND = 60
const REMINDERS = 200
const RATE_KEY = 'decorum:rate:sms-main'

whenThere('PostgreSQL', 'sending over a Redis Cluster', () =>
  whenInstalled('redis-server', 'sending over a Redis Cluster', () => {
    describe('several workers on a Redis Cluster of three masters with a replica each', () => {
      let cluster: RedisCluster
      let fleet: SendingFleet
      beforeAll(async () => {
        // As Redis has it by default: while one master is missing, the whole cluster refuses commands.
        cluster = (await startRedisCluster({
          replicas: true,
          nodeTimeoutMs: 1_500,
          fullCoverage: true,
        })) as RedisCluster
        fleet = await openSendingFleet({
          postgresUrl: postgresUrl as string,
          redisUrl: cluster.url,
          shards: 4,
          sms: { perSecond: PER_SECOND, workers: 3 },
        })
      })
      afterAll(async () => {
        await fleet.end()
        await cluster.stop()
      })

      const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
        await eventually(async () => {
          if (!(await holds())) throw new Error(`did not come to pass: ${what}\n${fleet.said()}`)
        }, 200)
      }

      it('lose nothing, send nothing twice and keep to the rate when the master of the rate and of a queue is killed', async () => {
        fleet.start()
        await fleet.owe('sms', REMINDERS)
        await until('the first messages are out', async () => (await fleet.sms()).length > 20)
        const victim: ClusterNode = await cluster.masterOf(RATE_KEY)
        victim.signal('SIGKILL')
        const sentBefore = (await fleet.sms()).length
        expect(sentBefore).toBeLessThan(REMINDERS)
        await until(
          'a replica has taken over',
          async () => (await cluster.masterOf(RATE_KEY).catch(() => victim)) !== victim,
        )
        await until('every reminder has come to its end', async () => (await fleet.open()) === 0)

        const received = await fleet.sms()
        expect(new Set(received.map(({ to }) => to)).size).toBe(REMINDERS)
        expect(received).toHaveLength(REMINDERS)
        expect(busiestSecond(received)).toBeLessThanOrEqual(PER_SECOND)
        const { rows } = await fleet.db.query<{ status: string; count: number }>(
          'SELECT status, count(*)::int AS count FROM decorum.reminder GROUP BY status',
        )
        expect(rows).toEqual([{ status: 'sent', count: REMINDERS }])
      }, 600_000)

      it('lose nothing when the number of queues changes while reminders wait in them', async () => {
        await fleet.reshard(1)
        await fleet.owe('sms', 40)
        await until('every reminder has come to its end', async () => (await fleet.open()) === 0)
        expect(new Set((await fleet.sms()).map(({ to }) => to)).size).toBe(REMINDERS + 40)
        expect(await fleet.sms()).toHaveLength(REMINDERS + 40)
      }, 600_000)
    })
  }),
)
