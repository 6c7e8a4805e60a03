import { readdirSync, readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Usage } from './ask.ts'

/** A server whose processor time and memory are counted beside those of our own processes. */
export interface WatchedServer {
  name: string
  usage(): Usage
}

/**
 * Which of these servers can be watched?
 *
 * Those that run on this machine, and whose processes /proc shows; the others are left out.
 */
export async function watchServers(databaseUrl: string | null, redisUrl: string | null): Promise<WatchedServer[]> {
  const pids = [
    { name: 'PostgreSQL', pid: databaseUrl === null ? null : await postmasterOf(databaseUrl) },
    { name: 'Redis', pid: redisUrl === null ? null : await pidOfRedis(redisUrl) },
  ]
  return pids.flatMap(({ name, pid }) => (pid === null ? [] : [{ name, usage: () => usageOfFamily(pid) }]))
}

async function postmasterOf(databaseUrl: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const backend = rows[0]?.pid
    return backend === undefined || !isProgram(backend, 'postgres') ? null : (statOf(backend)?.parent ?? null)
  } finally {
    await client.end()
  }
}

async function pidOfRedis(redisUrl: string): Promise<number | null> {
  const redis = new Redis(redisUrl)
  try {
    const pid = Number(/^process_id:(\d+)/m.exec(await redis.info('server'))?.[1])
    return isProgram(pid, 'redis-server') ? pid : null
  } finally {
    redis.disconnect()
  }
}

/** A number that another machine gave may be anybody's here. */
function isProgram(pid: number, program: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim().startsWith(program)
  } catch {
    return false
  }
}

/** Kernel ticks are 100 a second to programs, whatever the kernel itself counts in. */
const MICROS_PER_TICK = 10_000

interface Stat {
  parent: number
  /** Of itself, and of children that have ended. */
  cpuMicros: number
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name, which may hold anything but ends at the last parenthesis.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + (fields[field] as number), 0)
    return { parent: fields[1] as number, cpuMicros: ticks * MICROS_PER_TICK }
  } catch {
    return null
  }
}

/** Processor time of this process's children that have ended, in microseconds; 0 where there is no /proc. */
export function microsOfEndedChildren(): number {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    return ((fields[13] as number) + (fields[14] as number)) * MICROS_PER_TICK
  } catch {
    return 0
  }
}

/** A process and its children, those that have ended meanwhile included. */
function usageOfFamily(pid: number): Usage {
  const family = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .flatMap((member) => {
      const stat = statOf(member)
      return stat !== null && (member === pid || stat.parent === pid) ? [{ member, stat }] : []
    })
  return {
    cpuMicros: family.reduce((sum, { stat }) => sum + stat.cpuMicros, 0),
    residentMiB: Math.round(family.reduce((sum, { member }) => sum + residentKiB(member), 0) / 1024),
  }
}

/** Memory that processes share is counted in equal parts, so that a family's sum is what it takes. */
function residentKiB(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
