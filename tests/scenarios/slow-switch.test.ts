import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busiestSecond } from '../support/busiest.ts'
import { Deployment } from '../support/deployment.ts'
import { eventually } from '../support/eventually.ts'
import { redisUrl, whenThere } from '../support/servers.ts'

whenThere('PostgreSQL', 'a slow switch over separate processes', () =>
  whenThere('Redis', 'a slow switch over separate processes', () => {
    describe('a slow switch, by the provider’s own books', () => {
      const redis = (redisUrl as string).replace(/(\/\d*)?$/, '/9')
      let deployment: Deployment

      beforeAll(async () => {
        deployment = await Deployment.open(redis, (yaml) =>
          yaml.replace('rate: { perSecond: 50 } ', 'rate: { perSecond: 40, largestMessage: 1 } '),
        )
        await deployment.start('serve').says('listening')
      })
      afterAll(() => deployment.close())

      it('lets through no more than its share in any second, with two workers and a Redis that is flushed; lifted, all goes out, once each', async () => {
        for (let n = 0; n < 60; n++) await deployment.remind(n)
        const { status, body } = await deployment.ask('POST', '/v1/switches', {
          scope: { channel: 'sms' },
          state: 'slowed',
          share: 25,
          reason: 'a brown-out',
        })
        expect([status, body.share]).toEqual([201, 25])
        for (const daemon of ['planner', 'sms', 'sms', 'sweeper']) deployment.start(daemon)

        const arrived = (count: number) =>
          eventually(async () => expect((await deployment.received()).length).toBeGreaterThanOrEqual(count))
        await arrived(12)
        const client = new Redis(redis)
        await client.flushdb()
        await client.quit()
        await arrived(35)
        const slowed = await deployment.received()
        expect(busiestSecond(slowed)).toBeLessThanOrEqual(10)

        expect(
          (await deployment.ask('POST', `/v1/switches/${String(body.id)}:lift`, { reason: 'the brown-out is over' }))
            .body,
        ).toMatchObject({ changed: true })
        await arrived(60)
        const all = await deployment.received()
        expect(all).toHaveLength(60)
        expect(busiestSecond(all)).toBeLessThanOrEqual(40)
      }, 300_000)
    })
  }),
)
