import pg from 'pg'
import { Redis } from 'ioredis'
import { freePort } from '../support/child-server.ts'
import { ROOT } from '../support/stage.ts'
import { installProgram } from '../support/program.ts'
import { openProxy, type Proxy } from '../support/tcp-proxy.ts'
import type { Targets } from './blows.ts'
import { breakGuard } from './broken-source.ts'
import { Fleet } from './fleet.ts'
import type { ChaosOptions } from './options.ts'
import { decorumPosts, providerPosts } from './posts.ts'
import type { Books } from './providers/books.ts'
import { openPostgres, openRedis } from './servers.ts'
import { masterKey } from '../support/master-key.ts'

export const KEY = 'dk_live_bootstrap-key-of-the-run-0123456789'
const SENDER = '+442079460000'

/** One provider's process, seen from the harness. */
export interface ProviderDoor {
  /** Its books from the entry numbered `after` on. */
  books(after?: number): Promise<Books>
  /** From now on this share of sends goes wrong. */
  storm(rate: number): Promise<void>
}

/** Everything that a run needs, started and answering. */
export interface ChaosStage extends Omit<Targets, 'switches'> {
  api: string
  db: pg.Pool
  redisUrl: string
  /** Names of the processes that belong to Decorum. */
  processes: string[]
  providers: { twilio: ProviderDoor; smtp: ProviderDoor }
  twilio: { url: string; authToken: string; number: string }
}

/** The servers are not installed: there is nothing to run on. */
export class NotInstalled extends Error {}

/**
 * Starts servers, providers and Decorum's processes.
 *
 * @param cleanUp  is given what undoes each step, as soon as the step is begun
 * @param root     the run's own configuration
 * @throws NotInstalled
 */
export async function openStage(
  options: ChaosOptions,
  root: string,
  cleanUp: (undo: () => unknown) => void,
): Promise<ChaosStage> {
  const [postgres, redis] = await Promise.all([openPostgres(), openRedis()])
  for (const server of [postgres, redis]) if (server !== null) cleanUp(() => server.stop())
  if (postgres === null || redis === null) throw new NotInstalled('chaos needs the programs of PostgreSQL and Redis')

  const fakes = new Fleet(ROOT, providerPosts(options.seed), {}, options.logs)
  cleanUp(() => fakes.stop())
  for (const name of ['twilio', 'smtp']) fakes.start(name)
  const announced = async <T>(name: string): Promise<T> => JSON.parse(await fakes.ready(name)) as T
  const twilio = await announced<{ url: string; accountSid: string; authToken: string; control: string }>('twilio')
  const smtp = await announced<{ url: string; control: string }>('smtp')
  const wires = { twilio: await wireTo(twilio.url, cleanUp), smtp: await wireTo(smtp.url, cleanUp) }

  const source = options.break === null ? null : breakGuard(options.break)
  if (source !== null) cleanUp(() => source.remove())
  const program = await installProgram(source?.root)
  cleanUp(() => program.remove())
  const port = await freePort()
  const api = `http://127.0.0.1:${port}`
  const posts = decorumPosts(options.channels, options.faults.has('sweepers') ? 2 : options.break === null ? 1 : 0)
  const fleet = new Fleet(
    program.folder,
    posts,
    {
      DECORUM_ROOT: root,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      PORT: String(port),
      PUBLIC_URL: api,
      LOG_LEVEL: 'info',
      DECORUM_BOOTSTRAP_KEY: KEY,
      DECORUM_KEYS: masterKey('k1'),
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_BASE_URL: `http://127.0.0.1:${wires.twilio.port}`,
      TWILIO_FROM: SENDER,
      SMTP_URL: `smtp://127.0.0.1:${wires.smtp.port}`,
    },
    options.logs,
  )
  cleanUp(() => fleet.stop())
  // All at once: whoever comes first makes the schema.
  for (const name of posts.keys()) fleet.start(name)
  await Promise.all([...posts.keys()].map((name) => fleet.ready(name)))

  const db = new pg.Pool({ connectionString: postgres.url, max: 3 })
  db.on('error', () => undefined)
  cleanUp(() => db.end())
  return {
    fleet,
    redis,
    postgres,
    wires,
    api,
    db,
    redisUrl: redis.url,
    processes: [...posts.keys()],
    flush: () => flush(redis.url),
    providers: { twilio: door(twilio.control), smtp: door(smtp.control) },
    twilio: { url: twilio.url, authToken: twilio.authToken, number: SENDER },
  }
}

async function wireTo(url: string, cleanUp: (undo: () => unknown) => void): Promise<Proxy> {
  const wire = await openProxy(Number(new URL(url).port))
  cleanUp(() => wire.close())
  return wire
}

const door = (control: string): ProviderDoor => ({
  books: async (after = 0) => (await (await fetch(`${control}/books?after=${after}`)).json()) as Books,
  storm: async (rate) => void (await fetch(`${control}/storm`, { method: 'POST', body: String(rate) })).arrayBuffer(),
})

/** What is left of it when Redis is down at that moment does not matter: it comes back empty. */
async function flush(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
  client.on('error', () => undefined)
  await client
    .connect()
    .then(() => client.flushall())
    .catch(() => undefined)
  client.disconnect()
}
