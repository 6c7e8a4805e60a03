import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startProcess, type AskedProcess } from '../bench/ask.ts'
import { attemptIn, ProviderBooks, type BooksRead } from '../bench/provider-books.ts'
import type { Taken } from '../bench/processes/stub-provider.ts'
import { SLOT_TOLERANCE_MS } from '../../src/deliver/rate-gate.ts'
import { smsSize } from '../../src/render/text.ts'
import { asBegun, type Seen, type Stall } from './busiest.ts'
import { freePort } from './child-server.ts'
import { freshDatabase } from './fresh-database.ts'
import { lastWordsOf, Process, STALLS, stallsSaidBy, testRoot } from './processes.ts'
import { masterKey } from './master-key.ts'

const KEY = 'dk_live_bootstrap-key-of-the-fleet-0123456789'
/** Names that cost different numbers of segments, in GSM-7 and in UCS-2. */
const NAMES = ['Ana Ortiz', 'Łucja Żółkiewska', 'Bo Li', 'Maximiliana Konstantinopolskaya-Wolfeschlegelstein']
const LOADED_AT_ONCE = 12

export interface FleetSetting {
  postgresUrl: string
  redisUrl: string
  sms: { perSecond: number; workers: number }
  calls?: { perSecond: number; lines: number; workers: number }
  /** Queues for each route; absent: as the kind of Redis has it. */
  shards?: number
  /** `source`: through tsx, from the checkout; otherwise the compiled program. */
  start?: 'source'
  /** Workers that stand still for 100–300 ms about every second. */
  pauses?: boolean
}

/** What a person was sent, by the provider's own books. */
export interface Received extends Seen {
  to: string
}

/** Real processes that plan, send and sweep, with providers in processes of their own. */
export interface SendingFleet {
  db: pg.Client
  /** Puts so many people, and one reminder for each. */
  owe(channel: 'sms' | 'phone', count: number): Promise<void>
  start(): void
  /** Restarts senders and sweeper with another number of queues a route; the planner goes on with the old one. */
  reshard(shards: number): Promise<void>
  /** How many reminders have not come to their end. */
  open(): Promise<number>
  /** Ends those who send, once what they had begun has come back and is on record. */
  stopSenders(): Promise<void>
  /** Attempts on record for which a call was begun. */
  attempted(channel: 'sms' | 'phone'): Promise<number>
  /** What each provider's books say of everything that came. */
  books(): Promise<{ sms: BooksRead; phone: BooksRead }>
  sms(): Promise<Received[]>
  calls(): Promise<(Received & { until: number | null })[]>
  /** Process ids of the daemons of this name that run. */
  pids(name: string): number[]
  /** What the processes said last, for people who look for the cause. */
  said(): string
  end(): Promise<void>
}

/** A call in the fake's own account. */
interface CallTaken {
  kind: string
  to: string
  statusCallback: string | null
  arrivedAt: number
  arrivedSince: number
  endedAt: number | null
}

export async function openSendingFleet(setting: FleetSetting): Promise<SendingFleet> {
  const database = await freshDatabase(setting.postgresUrl)
  const db = new pg.Client({ connectionString: database.url })
  await db.connect()
  const stub = await startProcess('stub-provider', null)
  const smsUrl = await stub.ask<string>('url')
  const twilio = new Process('tests/support/fake-twilio-process.ts', ['--step-ms', '60'], {})
  const books = await twilio.announced<{ url: string; accountSid: string; authToken: string }>()
  const root = testRoot((yaml) => configured(yaml, setting, smsUrl))
  const port = await freePort()
  const api = `http://127.0.0.1:${port}`
  const env = {
    DECORUM_ROOT: root.root,
    DATABASE_URL: database.url,
    REDIS_URL: setting.redisUrl,
    PORT: String(port),
    PUBLIC_URL: api,
    DECORUM_BOOTSTRAP_KEY: KEY,
    DECORUM_KEYS: masterKey('k1'),
    LOG_LEVEL: 'info',
    TWILIO_ACCOUNT_SID: books.accountSid,
    TWILIO_AUTH_TOKEN: books.authToken,
    TWILIO_BASE_URL: books.url,
    TWILIO_FROM: '+442079460000',
  }
  const running: { name: string; process: Process }[] = []
  const run = (name: string, script: string, args: readonly string[], more: Record<string, string> = {}): Process => {
    const process = new Process(script, args, { ...env, ...more })
    running.push({ name, process })
    return process
  }
  const daemon = (name: string): string =>
    setting.start === 'source' ? `workers/${name}.ts` : `dist/workers/${name}.js`
  const runSenders = (): void => {
    run('sweeper', daemon('sweeper'), [])
    const senders = [
      ...Array<string>(setting.sms.workers).fill('sms'),
      ...Array<string>(setting.calls?.workers ?? 0).fill('phone'),
    ]
    for (const [seed, channel] of senders.entries()) {
      const pauses: Record<string, string> =
        setting.pauses === true
          ? { NODE_OPTIONS: `--import ${STALLS} --import ${PAUSES}`, PAUSES_SEED: String(seed + 1) }
          : { NODE_OPTIONS: `--import ${STALLS}` }
      run(`${channel} ${seed}`, daemon(channel), [], pauses)
    }
  }
  const senders = () => running.filter(({ name }) => name.startsWith('sms') || name.startsWith('phone'))
  const callsTaken = async (): Promise<CallTaken[]> =>
    ((await (await fetch(`${books.url}/_ledger`)).json()) as { received: CallTaken[] }).received.filter(
      ({ kind }) => kind === 'call',
    )
  const stalls = (): Stall[] => senders().flatMap(({ process }) => stallsSaidBy(process))
  await run('serve', setting.start === 'source' ? 'src/cli/main.ts' : 'dist/decorum.js', ['serve']).says('listening')
  let owed = 0

  return {
    db,
    async owe(channel, count) {
      const numbers = Array.from({ length: count }, () => ++owed)
      await post(api, '/v1/accounts:import', numbers.map((n) => JSON.stringify(account(n))).join('\n'), {
        'content-type': 'application/x-ndjson',
      })
      const waiting = [...numbers]
      await Promise.all(
        Array.from({ length: LOADED_AT_ONCE }, async () => {
          for (let n = waiting.pop(); n !== undefined; n = waiting.pop()) await remind(api, n, channel)
        }),
      )
    },
    start() {
      run('planner', daemon('planner'), [])
      runSenders()
    },
    async reshard(shards) {
      const stopped = running.filter(({ name }) => name !== 'serve' && name !== 'planner')
      await Promise.all(stopped.map(({ process }) => process.terminate()))
      const file = join(root.root, 'config/decorum.yaml')
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^queue: .*$/m, queueLine(shards)))
      runSenders()
    },
    async open() {
      const { rows } = await db.query<{ open: number }>(
        `SELECT count(*)::int AS open FROM decorum.reminder WHERE status = 'scheduled'`,
      )
      return rows[0]?.open ?? 0
    },
    async stopSenders() {
      await Promise.all(senders().map(({ process }) => process.terminate()))
    },
    async attempted(channel) {
      const { rows } = await db.query<{ attempts: number }>(
        `SELECT count(*)::int AS attempts FROM decorum.attempt JOIN decorum.reminder ON reminder.id = attempt.reminder_id
         WHERE reminder.channel = $1 AND attempt.status <> 'not_sent'`,
        [channel],
      )
      return rows[0]?.attempts ?? 0
    },
    async books() {
      const phone = new ProviderBooks()
      for (const { to, statusCallback } of await callsTaken())
        phone.add({ attempt: attemptIn(statusCallback), to, words: 'a call' })
      return { sms: await stub.ask<BooksRead>('books'), phone: phone.read }
    },
    sms: async () => asBegun(await smsOf(stub), stalls(), SLOT_TOLERANCE_MS),
    async calls() {
      const calls = (await callsTaken()).map(({ to, arrivedAt, arrivedSince, endedAt }) => ({
        to,
        at: arrivedAt,
        since: arrivedSince,
        weight: 1,
        until: endedAt,
      }))
      return asBegun(calls, stalls(), SLOT_TOLERANCE_MS)
    },
    pids: (name) =>
      running
        .filter((one) => one.name.split(' ')[0] === name)
        .flatMap(({ process }) => (process.child.pid === undefined ? [] : [process.child.pid])),
    said: () => running.map(({ name, process }) => `--- ${name}\n${lastWordsOf(process)}`).join('\n'),
    async end() {
      await Promise.all(running.map(({ process }) => process.kill()))
      await Promise.all([twilio.kill(), stub.end(), db.end()])
      await database.drop()
      root.remove()
    },
  }
}

const PAUSES = new URL('pauses.mjs', import.meta.url).href

/** SMS go to one provider, calls to another; a ticket that waits is not taken for lost, one that is lost comes back soon. */
function configured(yaml: string, { sms, calls, shards }: FleetSetting, smsUrl: string): string {
  const changed = yaml
    .replace('rate: { perSecond: 50 } ', `rate: { perSecond: ${sms.perSecond} } `)
    .replace('baseUrl: ${TWILIO_BASE_URL:-https://api.twilio.com}', `baseUrl: ${smsUrl}`)
    .replace(
      'rate: { perSecond: ${TWILIO_CALLS_PER_SECOND:-1}, simultaneousCalls: 20 }',
      `rate: { perSecond: ${calls?.perSecond ?? 1}, simultaneousCalls: ${calls?.lines ?? 1} }`,
    )
    .replace('leaseSeconds: 4', 'leaseSeconds: 20')
    .replace('callSeconds: 2', 'callSeconds: 10')
    .replace('ringAgainSeconds: 2', 'ringAgainSeconds: 8')
  return shards === undefined ? changed : `${changed}\n${queueLine(shards)}\n`
}

const queueLine = (shards: number): string => `queue: { shards: ${shards} }`

async function smsOf(stub: AskedProcess): Promise<Received[]> {
  const taken = await stub.ask<Taken[]>('takenFrom', 0)
  return taken.flatMap(({ at, since, body }) => {
    const form = new URLSearchParams(body)
    const text = form.get('Body')
    return text === null ? [] : [{ at, since, weight: smsSize(text).segments, to: form.get('To') as string }]
  })
}

const account = (n: number) => ({
  id: `f-${n}`,
  creditor: 'meridian',
  asOf: new Date().toISOString(),
  overdue: { amount: '125.00', currency: 'GBP' },
  reference: { masked: '4821' },
  dueDate: new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10),
  ladder: 'quiet',
  recipient: {
    id: `r-${n}`,
    name: NAMES[n % NAMES.length],
    locale: 'en',
    jurisdiction: 'GB',
    timeZone: 'Europe/London',
    addresses: (['sms', 'phone'] as const).map((channel) => ({
      channel,
      value: `+4477${String(n).padStart(8, '0')}`,
      kind: 'mobile',
      relation: 'self',
    })),
  },
})

const remind = (api: string, n: number, channel: string): Promise<void> =>
  post(
    api,
    '/v1/reminders',
    JSON.stringify({
      creditor: 'meridian',
      accountId: `f-${n}`,
      template: 'default',
      tone: 'gentle',
      channels: [channel],
      expiresAt: new Date(Date.now() + 6 * 3_600_000).toISOString(),
    }),
    { 'content-type': 'application/json', 'idempotency-key': `f-${n}-${channel}` },
  )

async function post(api: string, path: string, body: string, headers: Record<string, string>): Promise<void> {
  const answer = await fetch(`${api}${path}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${KEY}`, ...headers },
  })
  const said = await answer.text()
  if (!answer.ok || said.includes('"faults"'))
    throw new Error(`${path} answered ${answer.status}: ${said.slice(0, 500)}`)
}
