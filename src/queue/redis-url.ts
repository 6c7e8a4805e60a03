import { DecorumError } from '../model/errors.ts'

/** Where Redis is: one server, one behind Sentinels, or a cluster. */
export interface RedisPlace {
  kind: 'standalone' | 'sentinel' | 'cluster'
  nodes: { host: string; port: number }[]
  tls: boolean
  username: string | undefined
  password: string | undefined
  db: number
  /** The name Sentinel knows the master by. */
  master: string | undefined
}

const SHAPE = /^(redis|rediss)(?:-(sentinel|cluster))?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]+)(\/[^?]*)?$/
const DEFAULT_PORTS = { standalone: 6379, cluster: 6379, sentinel: 26_379 }

/**
 * Which Redis does REDIS_URL name?
 *
 * - `redis://[user:password@]host[:port][/db]`; `rediss` for TLS
 * - `redis-sentinel://[user:password@]host,host:port/master[/db]`
 * - `redis-cluster://[user:password@]host,host`
 *
 * @throws DECORUM_CONFIG, never repeating the URL: it may hold a password
 */
export function parseRedisUrl(text: string): RedisPlace {
  const [matched, scheme, suffix, username, password, hosts = '', path = ''] = SHAPE.exec(text) ?? []
  if (matched === undefined) throw malformed('is not a Redis URL')
  const kind = (suffix ?? 'standalone') as RedisPlace['kind']
  const nodes = hosts.split(',').map((node) => parseNode(node, DEFAULT_PORTS[kind]))
  if (kind === 'standalone' && nodes.length > 1) throw malformed('names several hosts; write redis-sentinel:// or redis-cluster://')
  const segments = path.split('/').filter((segment) => segment !== '')
  const master = kind === 'sentinel' ? segments.shift() : undefined
  if (kind === 'sentinel' && master === undefined) throw malformed('lacks the master: redis-sentinel://host:26379/mymaster')
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
