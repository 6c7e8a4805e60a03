import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import pg from 'pg'
import { freePort } from '../support/child-server.ts'
import { freshDatabase } from '../support/fresh-database.ts'
import { Process, testRoot } from '../support/processes.ts'
import { statusOf } from '../support/reminder-status.ts'
import { postgresUrl, redisUrl, whenThere } from '../support/servers.ts'
import { masterKey } from '../support/master-key.ts'

const deadline = new Date(Date.now() + 3_600_000).toISOString()
const KEY = 'dk_live_bootstrap-key-of-the-test-0123456789'

/** What people received, by the providers' own books. */
interface TwilioLedger {
  received: { kind: string; to: string; at: number }[]
}

whenThere('PostgreSQL', 'separate processes', () =>
  whenThere('Redis', 'separate processes', () => {
    describe('separate processes on PostgreSQL and Redis', () => {
      let database: { url: string; drop(): Promise<void> }
      let db: pg.Client
      let twilio: Process
      let smtp: Process
      let books: { url: string; smtp: string; smtpControl: string }
      let root: ReturnType<typeof testRoot>
      let env: Record<string, string>
      let api: string
      const running = new Map<string, Process>()

      const start = (daemon: string): Process => {
        const process =
          daemon === 'serve'
            ? new Process('dist/decorum.js', ['serve'], env)
            : new Process(`dist/workers/${daemon}.js`, [], env)
        running.set(daemon, process)
        return process
      }
      const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
        const answer = await fetch(`${api}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${KEY}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
      }
      const until = async (what: string, holds: () => Promise<boolean>, seconds = 200) => {
        for (
          const end = Date.now() + seconds * 1000;
          Date.now() < end;
          await new Promise((resolve) => setTimeout(resolve, 100))
        ) {
          if (await holds()) return
        }
        const { rows } = await db.query(`
        SELECT r.route, ${statusOf('r')} AS status, a.no AS tries, r.end_reason, d.code, d.rule, a.status AS attempt, a.code AS why, count(*)::int
        FROM decorum.reminder r
        LEFT JOIN LATERAL (SELECT * FROM decorum.decision d WHERE d.reminder_id = r.id ORDER BY d.no DESC LIMIT 1) d ON true
        LEFT JOIN LATERAL (SELECT * FROM decorum.attempt a WHERE a.reminder_id = r.id ORDER BY a.no DESC LIMIT 1) a ON true
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`)
        throw new Error(
          `did not come to pass: ${what}\n${rows.map((row) => JSON.stringify(row)).join('\n')}\n${[...running].map(([name, p]) => `--- ${name}\n${p.output.slice(-15).join('\n')}`).join('\n')}`,
        )
      }
      const account = (id: string, n: number) => ({
        creditor: 'meridian',
        asOf: new Date().toISOString(),
        overdue: { amount: '125.00', currency: 'GBP' },
        reference: { masked: '4821' },
        dueDate: new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10),
        ladder: 'quiet',
        recipient: {
          id: `r-${id}`,
          name: 'Ana Ortiz',
          locale: 'en',
          jurisdiction: 'GB',
          timeZone: 'Europe/London',
          addresses: [
            { channel: 'sms', value: `+4477009${String(n).padStart(5, '0')}`, kind: 'mobile', relation: 'self' },
            { channel: 'phone', value: `+4477009${String(n).padStart(5, '0')}`, kind: 'mobile', relation: 'self' },
            { channel: 'email', value: `person${n}@example.com`, relation: 'self' },
          ],
        },
      })
      const remind = (id: string, channel: string) =>
        ask(
          'POST',
          '/v1/reminders',
          {
            creditor: 'meridian',
            accountId: id,
            template: 'default',
            tone: 'gentle',
            channels: [channel],
            expiresAt: deadline,
          },
          { 'idempotency-key': `${id}-${channel}` },
        )
      const twilioReceived = async () => ((await (await fetch(`${books.url}/_ledger`)).json()) as TwilioLedger).received
      const smtpReceived = async () =>
        ((await (await fetch(`${books.smtpControl}/_ledger`)).json()) as { received: { to: string[] }[] }).received

      beforeAll(async () => {
        database = await freshDatabase(postgresUrl as string)
        db = new pg.Client({ connectionString: database.url })
        await db.connect()
        twilio = new Process('tests/support/fake-twilio-process.ts', [], {})
        smtp = new Process('tests/support/fake-smtp-process.ts', [], {})
        const [t, s] = [
          await twilio.announced<{ url: string; accountSid: string; authToken: string }>(),
          await smtp.announced<{ url: string; control: string }>(),
        ]
        books = { url: t.url, smtp: s.url, smtpControl: s.control }
        root = testRoot((yaml) =>
          yaml.replace(
            'rate: { perSecond: ${TWILIO_CALLS_PER_SECOND:-1}, simultaneousCalls: 20 }',
            'rate: { perSecond: 20, simultaneousCalls: 50 }',
          ),
        )
        const port = await freePort()
        api = `http://127.0.0.1:${port}`
        env = {
          DECORUM_ROOT: root.root,
          DATABASE_URL: database.url,
          REDIS_URL: redisUrl as string,
          PORT: String(port),
          PUBLIC_URL: api,
          DECORUM_BOOTSTRAP_KEY: KEY,
          DECORUM_KEYS: masterKey('k1'),
          LOG_LEVEL: 'warn',
          TWILIO_ACCOUNT_SID: t.accountSid,
          TWILIO_AUTH_TOKEN: t.authToken,
          TWILIO_BASE_URL: t.url,
          TWILIO_FROM: '+442079460000',
          SMTP_URL: s.url,
        }
        await start('serve').says('listening')
        for (const daemon of ['planner', 'sms', 'phone', 'email', 'sweeper']) start(daemon)
      })

      afterAll(async () => {
        await Promise.all([...running.values()].map((process) => process.kill()))
        await twilio.kill()
        await smtp.kill()
        await db.end()
        await database.drop()
        root.remove()
      })

      it('carry accounts put over HTTP to Twilio and to the mail server, once each, and their receipts back', async () => {
        expect(await ask('PUT', '/v1/accounts/a-1', account('a-1', 1))).toMatchObject({
          status: 200,
          body: { applied: true },
        })
        const ids: string[] = []
        for (const channel of ['sms', 'email', 'phone']) {
          const first = await remind('a-1', channel)
          expect(first.status).toBe(202)
          expect((await remind('a-1', channel)).body.id).toBe(first.body.id)
          ids.push(String(first.body.id))
        }
        await until('all three are delivered or sent', async () => {
          const states = await Promise.all(
            ids.map(async (id) => String((await ask('GET', `/v1/reminders/${id}`)).body.status)),
          )
          return states[0] === 'delivered' && states[1] === 'sent' && states[2] === 'delivered'
        })
        expect((await twilioReceived()).filter((r) => r.to.endsWith('00001'))).toHaveLength(2)
        expect((await smtpReceived()).filter((m) => JSON.stringify(m).includes('person1@example.com'))).toHaveLength(1)
        const timeline = await ask('GET', '/v1/accounts/a-1/timeline?creditor=meridian')
        expect(JSON.stringify(timeline.body)).toContain('delivered')
      })

      it('lose nothing and send nothing twice when each of them is killed again and again', async () => {
        const count = 60
        for (let n = 100; n < 100 + count; n++) await ask('PUT', `/v1/accounts/k-${n}`, account(`k-${n}`, n))
        const reminders = (async () => {
          for (let n = 100; n < 100 + count; n++) await remind(`k-${n}`, n % 3 === 0 ? 'email' : 'sms')
        })()
        const victims = ['planner', 'sms', 'email', 'sweeper', 'sms', 'planner', 'email', 'sms']
        for (const victim of victims) {
          await new Promise((resolve) => setTimeout(resolve, 400))
          await running.get(victim)?.kill()
          start(victim)
        }
        await reminders
        await until(
          'every reminder has come to an end',
          async () => {
            const { rows } = await db.query(
              `SELECT count(*)::int AS open FROM decorum.reminder WHERE status = 'scheduled'`,
            )
            return rows[0].open === 0
          },
          500,
        )
        const { rows } = await db.query<{ status: string; count: number }>(
          'SELECT status, count(*)::int FROM decorum.reminder GROUP BY status',
        )
        const ended = Object.fromEntries(rows.map((row) => [row.status, row.count]))
        const received = [
          ...(await twilioReceived()).map((r) => r.to),
          ...(await smtpReceived()).map((m) => JSON.stringify(m.to)),
        ].filter((to) => /(00|person)1\d\d(@|$|\D)/.test(to))
        expect(new Set(received).size, 'somebody got a message twice').toBe(received.length)
        const sure = (ended.sent ?? 0) + (ended.delivered ?? 0) - 3
        const doubt = ended.in_doubt ?? 0
        expect(sure + doubt + (ended.failed ?? 0)).toBe(count)
        expect(received.length).toBeGreaterThanOrEqual(sure)
        expect(received.length).toBeLessThanOrEqual(sure + doubt)
        const { rows: undecided } = await db.query(
          `SELECT id FROM decorum.reminder r WHERE NOT EXISTS (SELECT 1 FROM decorum.decision d WHERE d.reminder_id = r.id)`,
        )
        expect(undecided).toEqual([])
      }, 600_000)
    })
  }),
)
