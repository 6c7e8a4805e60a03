import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Deployment } from '../support/deployment.ts'
import { endsWithin } from '../support/ends-within.ts'
import { eventually } from '../support/eventually.ts'
import { whenThere } from '../support/servers.ts'

/** Reminders due at once, and messages a second: a process that goes on sending would be busy for a minute. */
const REMINDERS = 60
const PER_SECOND = 4

/** A busy machine delivers a signal late; whoever goes on sending does so for longer. */
const HEARD_WITHIN_MS = 1_000

/** A request whose body comes byte by byte, and never ends. */
function dribble(url: URL, path: string, type: string): { socket: Socket; stop(): void } {
  const socket = connect(Number(url.port), url.hostname)
  socket.on('error', () => undefined)
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${Deployment.KEY}\r\ncontent-type: ${type}\r\ncontent-length: 100000\r\n\r\n`,
  )
  const bytes = setInterval(() => socket.write('\n'), 200)
  return {
    socket,
    stop: () => {
      clearInterval(bytes)
      socket.destroy()
    },
  }
}

whenThere('PostgreSQL', 'a process that is told to stop', () => {
  describe('a process that is told to stop', () => {
    let deployment: Deployment

    beforeAll(async () => {
      deployment = await Deployment.open(null, (yaml) => yaml.replace('perSecond: 50', `perSecond: ${PER_SECOND}`))
    })
    afterAll(() => deployment.close())

    it('ends within ten seconds though a hundred bodies are still coming, and no attempt begins meanwhile', async () => {
      const up = deployment.start('up')
      await up.says('listening')
      for (let n = 1; n <= REMINDERS; n++) await deployment.remind(n)
      const url = new URL(deployment.env.PUBLIC_URL as string)
      const slow = Array.from({ length: 100 }, (_, n) =>
        n % 10 === 0
          ? dribble(url, '/v1/accounts:import', 'application/x-ndjson')
          : dribble(url, '/v1/reminders', 'application/json'),
      )
      try {
        await eventually(async () => expect((await deployment.received()).length).toBeGreaterThan(PER_SECOND))
        const told = performance.timeOrigin + performance.now()
        const ended = up.terminate()
        expect(await endsWithin(10_000, ended)).toBe(true)
        expect(await ended).toBe(0)
        const late = (await deployment.received()).filter(({ at, since = at }) => since > told + HEARD_WITHIN_MS)
        expect(late, 'what began after it was told').toEqual([])
      } finally {
        for (const one of slow) one.stop()
      }
      const sent = (await deployment.received()).length
      expect(sent, 'it sent until it was told').toBeLessThan(REMINDERS)
      const { rows } = await deployment.db.query(
        `SELECT count(*) FILTER (WHERE status = 'sending')::int AS open, count(*) FILTER (WHERE code = 'stopping')::int AS given_back,
           count(*) FILTER (WHERE status = 'accepted')::int AS accepted FROM decorum.attempt`,
      )
      expect(rows[0]).toMatchObject({ open: 0, accepted: sent })
    })
  })
})
