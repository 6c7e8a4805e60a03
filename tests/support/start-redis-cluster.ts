import { Redis } from 'ioredis'
import { freePort, type ChildServer } from './child-server.ts'
import { startRedis } from './start-redis.ts'

const SLOTS = 16_384
const MASTERS = 3
/** Where nothing else is said, a node's own bus listens this much above its port. */
const BUS_OFFSET = 10_000

/** One server of a cluster, with what can happen to it. */
export interface ClusterNode {
  port: number
  /** Asks this node itself, wherever the keys are. */
  call<T>(command: string, ...words: string[]): Promise<T>
  /** kill -9 and its like. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void
}

/** A throwaway Redis Cluster on loopback. */
export interface RedisCluster {
  /** `redis-cluster://…`, all nodes named. */
  url: string
  masters: readonly ClusterNode[]
  /** The n-th follows the n-th master; empty without replicas. */
  replicas: readonly ClusterNode[]
  /** The master that has this key now. */
  masterOf(key: string): Promise<ClusterNode>
  stop(): Promise<void>
}

interface ClusterSetting {
  /** One for each master, to take over from it. */
  replicas?: boolean
  /** After so long without a word a node is taken for dead. */
  nodeTimeoutMs?: number
  /** Refuse everything while any part of the key space has no master, as Redis does by default. */
  fullCoverage?: boolean
}

/** Three masters, and replicas if wanted; null when redis-server is not installed. Needs no redis-cli. */
export async function startRedisCluster({
  replicas = false,
  nodeTimeoutMs = 15_000,
  fullCoverage = false,
}: ClusterSetting = {}): Promise<RedisCluster | null> {
  const settings = [
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
    '--cluster-node-timeout',
    String(nodeTimeoutMs),
    '--cluster-require-full-coverage',
    fullCoverage ? 'yes' : 'no',
    '--repl-diskless-sync-delay',
    '0',
  ]
  const started: Started[] = []
  const stop = async (): Promise<void> => {
    // One that was stopped in its tracks would not hear that it is to end.
    for (const { node } of started) node.signal('SIGCONT')
    await Promise.all(
      started.map(({ client, server }) => {
        client.disconnect()
        return server.stop()
      }),
    )
  }
  try {
    for (let n = 0; n < MASTERS * (replicas ? 2 : 1); n++) {
      const node = await startNode(settings)
      if (node === null) return null
      started.push(node)
    }
    const nodes = started.map(({ node }) => node)
    await assemble(nodes)
    const byId = new Map(
      await Promise.all(nodes.map(async (node) => [await node.call<string>('CLUSTER', 'MYID'), node] as const)),
    )
    return {
      url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
      masters: nodes.slice(0, MASTERS),
      replicas: nodes.slice(MASTERS),
      masterOf: (key) => masterOf(key, nodes, byId),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Started {
  node: ClusterNode
  client: Redis
  server: ChildServer
}

async function startNode(settings: readonly string[]): Promise<Started | null> {
  const server = await startRedis(settings, portWithBus)
  if (server === null) return null
  const { port, pid } = server
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => 100 })
  client.on('error', () => {
    /* a node that is gone says so where it is asked */
  })
  const signal: ClusterNode['signal'] = (name) => {
    try {
      process.kill(pid, name)
    } catch {
      // gone already
    }
  }
  return {
    server,
    client,
    node: {
      port,
      signal,
      call: <T>(command: string, ...words: string[]) => client.call(command, ...words) as Promise<T>,
    },
  }
}

/** A free port whose bus port is free as well. */
async function portWithBus(): Promise<number> {
  for (;;) {
    const bus = await freePort()
    const port = await freePort(bus - BUS_OFFSET).catch(() => null)
    if (port !== null) return port
  }
}

async function assemble(nodes: readonly ClusterNode[]): Promise<void> {
  const masters = nodes.slice(0, MASTERS)
  const share = Math.ceil(SLOTS / MASTERS)
  for (const [i, master] of masters.entries()) {
    const slots = Array.from({ length: Math.min(share, SLOTS - i * share) }, (_, slot) => String(i * share + slot))
    await master.call('CLUSTER', 'ADDSLOTS', ...slots)
  }
  const [first, ...others] = nodes
  for (const { port } of others) await (first as ClusterNode).call('CLUSTER', 'MEET', '127.0.0.1', String(port))
  const info = (node: ClusterNode): Promise<string> => node.call<string>('CLUSTER', 'INFO')
  const all = async (test: (node: ClusterNode) => Promise<boolean>): Promise<boolean> =>
    (await Promise.all(nodes.map(test))).every(Boolean)
  await until('every node knows all others', () =>
    all(async (node) => (await info(node)).includes(`cluster_known_nodes:${nodes.length}`)),
  )
  for (const [i, replica] of nodes.slice(MASTERS).entries())
    await replica.call('CLUSTER', 'REPLICATE', await (masters[i] as ClusterNode).call<string>('CLUSTER', 'MYID'))
  await until(
    'the cluster is up and its replicas follow',
    async () =>
      (await all(async (node) => (await info(node)).includes('cluster_state:ok'))) &&
      (await Promise.all(nodes.slice(MASTERS).map((replica) => replica.call<string>('INFO', 'replication')))).every(
        (said) => said.includes('master_link_status:up'),
      ),
  )
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within two minutes: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Asked of all: who just died answers nothing, and who was just elected is known first to itself. */
async function masterOf(
  key: string,
  nodes: readonly ClusterNode[],
  byId: ReadonlyMap<string, ClusterNode>,
): Promise<ClusterNode> {
  for (const node of nodes) {
    const slot = await node.call<number>('CLUSTER', 'KEYSLOT', key).catch(() => null)
    if (slot === null) continue
    const lines = (await node.call<string>('CLUSTER', 'NODES'))
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
    const owner = lines.find(
      ([, , flags, , , , , , ...ranges]) =>
        flags?.includes('master') && !flags.includes('fail') && ranges.some((range) => holds(range, slot)),
    )
    const found = owner === undefined ? undefined : byId.get(owner[0] as string)
    if (found !== undefined) return found
  }
  throw new Error('no node of the cluster has that key')
}

function holds(range: string, slot: number): boolean {
  const [first, last = first] = range.split('-').map(Number)
  return slot >= (first as number) && slot <= (last as number)
}
