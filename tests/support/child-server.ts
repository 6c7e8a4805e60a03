import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
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
    return readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a)).map((v) => `/usr/lib/postgresql/${v}/bin`)
  } catch {
    return []
  }
}

/** A port that nobody listens at. @param wanted  rejects when this one is taken; 0: any */
export async function freePort(wanted = 0): Promise<number> {
  const probe = createServer().listen(wanted, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
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
export async function startChild(directory: string, command: readonly string[], answers: () => Promise<boolean>): Promise<ChildServer> {
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
  const deadline = performance.now() + 20_000
  while (!(await answers())) {
    if (performance.now() > deadline) {
      await stop()
      throw new Error(`${command[0]} did not answer within 20 s`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { directory, stop }
}
