import pg from 'pg'
import { SLOT_TOLERANCE_MS } from '../../src/deliver/rate-gate.ts'
import { asBegun, type Seen } from './busiest.ts'
import { freePort } from './child-server.ts'
import { eventually } from './eventually.ts'
import { freshDatabase } from './fresh-database.ts'
import { Process, STALLS, stallsSaidBy, testRoot } from './processes.ts'
import { postgresUrl } from './servers.ts'
import { masterKey } from './master-key.ts'

const KEY = 'dk_live_bootstrap-key-of-the-test-0123456789'

export interface Asked {
  status: number
  body: Record<string, unknown>
}

/** A deployment of separate processes on a ledger of its own, with a Twilio of its own, on a root whose files a test may edit. */
export class Deployment {
  /** Its administrator's key. */
  static readonly KEY = KEY
  readonly db: pg.Client
  readonly twilio: Process
  readonly root: string
  readonly env: Record<string, string>
  readonly #api: string
  readonly #books: string
  readonly #running: Process[] = []
  readonly #remove: () => Promise<void>

  private constructor(parts: {
    db: pg.Client
    twilio: Process
    root: string
    env: Record<string, string>
    api: string
    books: string
    remove: () => Promise<void>
  }) {
    this.db = parts.db
    this.twilio = parts.twilio
    this.root = parts.root
    this.env = parts.env
    this.#api = parts.api
    this.#books = parts.books
    this.#remove = parts.remove
  }

  /** Only where PostgreSQL is there. @param redis  a database of it that nobody else uses; null: the queue is on the ledger */
  static async open(redis: string | null, change?: (decorumYaml: string) => string): Promise<Deployment> {
    const database = await freshDatabase(postgresUrl as string)
    const db = new pg.Client({ connectionString: database.url })
    await db.connect()
    const twilio = new Process('tests/support/fake-twilio-process.ts', [], {})
    const books = await twilio.announced<{ url: string; accountSid: string; authToken: string }>()
    const { root, remove } = testRoot(change)
    const port = await freePort()
    const api = `http://127.0.0.1:${port}`
    return new Deployment({
      db,
      twilio,
      root,
      api,
      books: books.url,
      env: {
        DECORUM_ROOT: root,
        DATABASE_URL: database.url,
        ...(redis === null ? {} : { REDIS_URL: redis }),
        PORT: String(port),
        PUBLIC_URL: api,
        DECORUM_BOOTSTRAP_KEY: KEY,
        DECORUM_KEYS: masterKey('k1'),
        LOG_LEVEL: 'warn',
        TWILIO_ACCOUNT_SID: books.accountSid,
        TWILIO_AUTH_TOKEN: books.authToken,
        TWILIO_BASE_URL: books.url,
        TWILIO_FROM: '+442079460000',
      },
      async remove() {
        await db.end()
        await database.drop()
        remove()
      },
    })
  }

  /** A daemon of workers/ by name, which says when it stood still; or `decorum …`. */
  start(...words: [string, ...string[]]): Process {
    const [name, ...rest] = words
    const isCommand = name === 'serve' || name === 'up' || name === 'switch' || name === 'forecast'
    const process = isCommand
      ? new Process('dist/decorum.js', words, this.env)
      : new Process(`dist/workers/${name}.js`, rest, { ...this.env, NODE_OPTIONS: `--import ${STALLS}` })
    this.#running.push(process)
    return process
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Asked> {
    const answer = await fetch(`${this.#api}${path}`, {
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

  /** A person in Britain with one account, and one SMS asked for, due at once. */
  async remind(n: number): Promise<string> {
    await this.ask('PUT', `/v1/accounts/a-${n}`, {
      creditor: 'meridian',
      asOf: new Date().toISOString(),
      overdue: { amount: '125.00', currency: 'GBP' },
      reference: { masked: '4821' },
      dueDate: new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10),
      ladder: 'quiet',
      recipient: {
        id: `r-${n}`,
        name: 'Ana Ortiz',
        locale: 'en',
        jurisdiction: 'GB',
        timeZone: 'Europe/London',
        addresses: [
          { channel: 'sms', value: `+4477009${String(n).padStart(5, '0')}`, kind: 'mobile', relation: 'self' },
        ],
      },
    })
    const { body } = await this.ask(
      'POST',
      '/v1/reminders',
      {
        creditor: 'meridian',
        accountId: `a-${n}`,
        template: 'default',
        tone: 'gentle',
        channels: ['sms'],
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      },
      { 'idempotency-key': `k-${n}` },
    )
    return String(body.id)
  }

  /** Waits until the ledger says so of this reminder: the provider has the message some time before. */
  async reached(id: string, status: RegExp): Promise<void> {
    await eventually(async () => {
      const { body } = await this.ask('GET', `/v1/reminders/${id}`)
      if (!status.test(String(body.status)))
        throw new Error(`a reminder is ${String(body.status)}, not ${status.source}`)
    })
  }

  /** When each SMS reached the provider, by its own books, and since when its sender may have been about to send it. */
  async received(): Promise<Seen[]> {
    const { received } = (await (await fetch(`${this.#books}/_ledger`)).json()) as {
      received: { arrivedAt: number; arrivedSince: number }[]
    }
    const calls = received.map(({ arrivedAt, arrivedSince }) => ({ at: arrivedAt, since: arrivedSince, weight: 1 }))
    return asBegun(calls, this.#running.flatMap(stallsSaidBy), SLOT_TOLERANCE_MS)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running, this.twilio].map((process) => process.kill()))
    await this.#remove()
  }
}
