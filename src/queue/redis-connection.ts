import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { DecorumError } from '../model/errors.ts'
import { withTimeout } from './outage.ts'

const REDIS_URL_PATTERN = /^(redis|rediss)(?:-(sentinel|cluster))?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]+)(\/[^?]*)?$/
const DEFAULT_PORTS = { standalone: 6379, cluster: 6379, sentinel: 26_379 }
const CHECK_TIMEOUT_MS = 3000

/**
 * Opens a connection that reconnects indefinitely, with backoff up to 2 s.
 *
 * @param purpose  `ring`: commands fail at once while disconnected, so that a planner is not
 *                 blocked and no ticket arrives late; `listen`: commands wait, as BullMQ's workers need
 */
export function connectRedis(target: RedisTarget, purpose: 'ring' | 'listen'): Redis | Cluster {
  const retry = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2_000)
  const shared: RedisOptions = {
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
    maxRetriesPerRequest: null,
    connectTimeout: 5_000,
    keepAlive: 10_000,
  }
  const enableOfflineQueue = purpose === 'listen'
  if (target.kind === 'cluster') {
    // Refreshed regularly: a node that vanished without closing its connections shows only by its absence.
    return new Cluster(target.nodes, {
      redisOptions: shared,
      clusterRetryStrategy: retry,
      enableOfflineQueue,
      slotsRefreshInterval: 5_000,
    })
  }
  const options: RedisOptions = { ...shared, db: target.db, retryStrategy: retry, enableOfflineQueue }
  if (target.kind === 'sentinel') {
    return new Redis({
      ...options,
      sentinels: target.nodes,
      name: target.master as string,
      sentinelRetryStrategy: retry,
      ...(target.tls ? { enableTLSForSentinelMode: true } : {}),
    })
  }
  const [node] = target.nodes
  return new Redis({ ...options, host: node?.host as string, port: node?.port as number })
}

/** Where Redis is: one server, one behind Sentinels, or a cluster. */
interface RedisTarget {
  kind: 'standalone' | 'sentinel' | 'cluster'
  nodes: { host: string; port: number }[]
  tls: boolean
  username: string | undefined
  password: string | undefined
  db: number
  /** The name Sentinel knows the master by. */
  master: string | undefined
}

/**
 * Which Redis does REDIS_URL name?
 *
 * - `redis://[user:password@]host[:port][/db]`; `rediss` for TLS
 * - `redis-sentinel://[user:password@]host,host:port/master[/db]`
 * - `redis-cluster://[user:password@]host,host`
 *
 * @throws DECORUM_CONFIG, never repeating the URL: it may hold a password
 */
export function parseRedisUrl(text: string): RedisTarget {
  const [matched, scheme, suffix, username, password, hosts = '', path = ''] = REDIS_URL_PATTERN.exec(text) ?? []
  if (matched === undefined) throw malformed('is not a Redis URL')
  const kind = (suffix ?? 'standalone') as RedisTarget['kind']
  const nodes = hosts.split(',').map((node) => parseNode(node, DEFAULT_PORTS[kind]))
  if (kind === 'standalone' && nodes.length > 1)
    throw malformed('names several hosts; write redis-sentinel:// or redis-cluster://')
  const segments = path.split('/').filter((segment) => segment !== '')
  const master = kind === 'sentinel' ? segments.shift() : undefined
  if (kind === 'sentinel' && master === undefined)
    throw malformed('lacks the master: redis-sentinel://host:26379/mymaster')
  const [db = '0', ...tooMuch] = segments
  if (!/^\d{1,4}$/.test(db) || tooMuch.length > 0) throw malformed('ends in something that is not a database number')
  if (kind === 'cluster' && db !== '0') throw malformed('names a database, which a cluster does not have')
  return {
    kind,
    nodes,
    tls: scheme === 'rediss',
    username: decode(username),
    password: decode(password),
    db: Number(db),
    master: decode(master),
  }
}

function parseNode(text: string, defaultPort: number): { host: string; port: number } {
  const [matched, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const number = port === undefined ? defaultPort : Number(port)
  if (matched === undefined || number < 1 || number > 65_535) throw malformed('has a host that cannot be read')
  return { host: bracketed ?? plain ?? '', port: number }
}

function decode(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed('has a % that is not followed by two hexadecimal digits')
  }
}

const malformed = (problem: string): DecorumError =>
  new DecorumError('DECORUM_CONFIG', `REDIS_URL ${problem}`, {
    hint: 'Write redis://host:6379/0, redis-sentinel://host:26379/mymaster or redis-cluster://host:6379.',
  })

/**
 * Does Redis answer, and is it configured not to evict keys?
 *
 * Under any policy but `noeviction` a full Redis silently drops keys of BullMQ, and a queue stops.
 * On a cluster every master is checked.
 *
 * @returns  what is wrong and what to do, without credentials; empty when all is well
 */
export async function checkRedis(redisUrl: string): Promise<{ version: string; problems: string[] }> {
  const redis = connectRedis(parseRedisUrl(redisUrl), 'listen')
  redis.on('error', () => {
    /* the timeout below reports it */
  })
  try {
    const infos = await withTimeout(CHECK_TIMEOUT_MS, infosOf(redis), () => null)
    if (infos === null)
      return {
        version: '',
        problems: [`Redis does not answer within ${CHECK_TIMEOUT_MS / 1000} s. Is it up, and does REDIS_URL name it?`],
      }
    const values = (name: string): string[] => [
      ...new Set(infos.map((info) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '')),
    ]
    const problems = values('maxmemory_policy')
      .filter((policy) => policy !== 'noeviction')
      .map(
        (policy) =>
          `Redis evicts keys (maxmemory-policy ${policy}); set it to noeviction, or queues lose tickets when memory runs short`,
      )
    return { version: values('redis_version').join(', '), problems }
  } finally {
    redis.disconnect()
  }
}

async function infosOf(redis: Redis | Cluster): Promise<string[]> {
  if (!(redis instanceof Cluster)) return [await redis.info()]
  if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve))
  return Promise.all(redis.nodes('master').map((node) => node.info()))
}
