import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { App } from '../../src/app/app.ts'
import { build } from '../../src/app/build.ts'
import type { KeyScope } from '../../src/services/keys.ts'
import { loadConfig } from '../../src/config/load.ts'
import { buildServer } from '../../src/http/server.ts'
import { parseInstant, type Instant } from '../../src/model/time.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { masterKey } from '../support/master-key.ts'

export const PUBLIC_URL = 'https://reminders.example'
export const AUTH_TOKEN = 'twilio-auth-token-of-tests'

/** Business time that stands until it is set; not a stepped clock, for the routes here look real. */
export interface StandingClock {
  now(): Instant
  readonly virtual: false
  set(text: string): void
}

export interface Served {
  app: App
  server: FastifyInstance
  clock: StandingClock
  /** Every line that the process has logged. */
  log: string[]
  /** A new key's secret. */
  key(scopes: KeyScope[], options?: { creditor?: string | null; kind?: 'live' | 'test' }): Promise<string>
  /** One request with a key; a body goes as JSON. */
  call(method: string, url: string, options?: CallOptions): Promise<Answer>
  close(): Promise<void>
}

export interface CallOptions {
  key?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Record<string, unknown>
  text: string
  /** Null when the answer is not JSON. */
  // The tests read many shapes; each states what it expects of them.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
}

/** The HTTP interface on this ledger, with the shipped configuration and Twilio credentials that open nothing. */
export async function serve(ledger: Ledger, env: Record<string, string> = {}): Promise<Served> {
  const loaded = loadConfig({
    root: new URL('../../', import.meta.url).pathname,
    env: {
      PUBLIC_URL,
      TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_BASE_URL: 'http://127.0.0.1:9',
      DECORUM_KEYS: masterKey('k1'),
      ...env,
    },
  })
  if (!loaded.ok) throw new TypeError(JSON.stringify(loaded.problems))
  const log: string[] = []
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      log.push(String(chunk))
      done()
    },
  })
  let now = parseInstant('2026-11-23T02:00:00Z') as Instant
  const clock: StandingClock = {
    now: () => now,
    virtual: false,
    set: (text) => {
      now = parseInstant(text) as Instant
    },
  }
  // Every case comes from one address, and many are of what is refused.
  const config = { ...loaded.config, limits: { ...loaded.config.limits, failuresPerMinute: 1_000_000 } }
  const app = await build(config, { ledger, clock, log: pino({ level: 'trace' }, sink) })
  const server = buildServer(app)
  await server.ready()

  return {
    app,
    server,
    clock,
    log,
    key: async (scopes, { creditor = null, kind = 'live' } = {}) =>
      (
        await app.services.createKey(
          { name: 'tests', creditor: null, live: true },
          { label: 'test', creditor, kind, scopes },
        )
      ).secret,
    call: async (method, url, { key, body, headers = {} } = {}) => {
      const answer = await server.inject({
        method: method as 'GET',
        url,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const json =
        /json/.test(String(answer.headers['content-type'])) && !/ndjson/.test(String(answer.headers['content-type']))
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: answer.body,
        body: json ? JSON.parse(answer.body) : null,
      }
    },
    close: async () => {
      await server.close()
      await app.stop()
    },
  }
}

/** An overdue account of Northwind's with a borrower who has a number and a mailbox. */
export const account = (over: Record<string, unknown> = {}, recipient: Record<string, unknown> = {}) => ({
  asOf: '2026-11-23T01:00:00Z',
  creditor: 'northwind',
  overdue: { amount: '120.00', currency: 'USD' },
  dueDate: '2026-11-01',
  reference: { masked: '4821' },
  recipient: {
    id: 'P-1',
    name: 'Wilhelmina Quackenbush',
    locale: 'en',
    timeZone: 'America/New_York',
    jurisdiction: 'US-NY',
    addresses: [
      { channel: 'sms', value: '+12125550123', kind: 'mobile' },
      { channel: 'phone', value: '+12125550123', kind: 'mobile' },
      { channel: 'email', value: 'w.quackenbush@example.org' },
    ],
    ...recipient,
  },
  ...over,
})
