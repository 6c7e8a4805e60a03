import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { userIds } from './user-ids.ts'

/** A server that lives no longer than this process. */
export interface ChildServer {
  directory: string
  stop(): Promise<void>
}

/** The program's path, or null when it is not on PATH nor in one of `elsewhere`. */
export function findProgram(name: string, elsewhere: readonly string[] = []): string | null {
  for (const directory of [...(process.env['PATH'] ?? '').split(delimiter), ...elsewhere]) {
    const path = join(directory, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // not here
    }
  }
  return null
}

/** Where Debian keeps PostgreSQL's programs, newest first. */
export function postgresDirectories(): string[] {
  try {
    return readdirSync('/usr/lib/postgresql')
      .sort((a, b) => Number(b) - Number(a))
      .map((v) => `/usr/lib/postgresql/${v}/bin`)
  } catch {
    return []
  }
}

/** Below what systems hand out by themselves (Linux from 32768), so that no connection takes a port between choosing and listening. */
const FIRST_PORT = 22_000
const PORTS = 10_000
/** After this a claim is a dead process's. */
const CLAIM_LASTS_MS = 3_600_000

/**
 * A port that nobody listens at and no other test process on this machine was given.
 *
 * @param wanted  rejects when this one is taken; absent: any
 */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined) {
    if (!claimed(wanted) || !(await isFree(wanted))) throw new Error(`port ${wanted} is taken`)
    return wanted
  }
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (claimed(port) && (await isFree(port))) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch {
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
}

const claims: string[] = []

/** A file that only one process can create says whose the port is, until that process ends. */
function claimed(port: number): boolean {
  const path = join(tmpdir(), `decorum-port-${port}`)
  try {
    if (Date.now() - statSync(path).mtimeMs > CLAIM_LASTS_MS) rmSync(path, { force: true })
  } catch {
    // nobody's yet
  }
  try {
    writeFileSync(path, '', { flag: 'wx' })
  } catch {
    return false
  }
  if (claims.length === 0) process.once('exit', () => claims.forEach((claim) => rmSync(claim, { force: true })))
  claims.push(path)
  return true
}

/** A directory that the servers' user can write: PostgreSQL refuses to run as root. */
export function serverDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `decorum-${name}-`))
  const ids = userIds()
  if (ids !== null) chownSync(directory, ids.uid, ids.gid)
  return directory
}

/**
 * Starts a server and stops it (SIGINT: PostgreSQL's fast shutdown) with this process at the latest:
 * a shell between the two watches a pipe, which closes even when this process is killed.
 */
export async function startChild(
  directory: string,
  command: readonly string[],
  answers: () => Promise<boolean>,
): Promise<ChildServer> {
  const watch = 'exec 3<&0; "$@" 3<&- & child=$!; cat <&3 >/dev/null; kill -INT $child; wait $child'
  const shell = spawn('sh', ['-c', watch, 'sh', ...command], {
    cwd: directory,
    stdio: ['pipe', 'ignore', 'ignore'],
    ...userIds(),
  })
  const exited = once(shell, 'exit')
  const stop = async (): Promise<void> => {
    shell.stdin.end()
    await exited
    rmSync(directory, { recursive: true, force: true })
  }
  const deadline = performance.now() + 120_000
  while (!(await answers())) {
    if (performance.now() > deadline) {
      await stop()
      throw new Error(`${command[0]} did not answer within two minutes`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { directory, stop }
}
