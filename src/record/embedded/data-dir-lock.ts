import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { DecorumError } from '../../model/errors.ts'

const Holder = z.strictObject({ pid: z.number().int(), host: z.string(), started: z.string().nullable() })
type Holder = z.infer<typeof Holder>

/**
 * Locks a data directory for this process, or throws.
 *
 * Two processes on one directory lose rows silently. The lock names its holder; one whose
 * holder is dead (killed, machine restarted) is taken over. Process ids are reused,
 * so the process's start time is compared too, where the system tells it.
 *
 * @returns  a function that releases the lock
 * @throws   DECORUM_DATA_DIR_LOCKED
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'decorum.lock')
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) } satisfies Holder)
  if (!tryWrite(path, mine)) {
    const found = readIfThere(path)
    if (found !== null) takeOver(path, found)
    if (!tryWrite(path, mine)) throw locked(path, 'another process that is just starting')
  }
  return () => {
    if (readIfThere(path) === mine) rmSync(path, { force: true })
  }
}

function takeOver(path: string, found: string): void {
  const parsed = Holder.safeParse(parseJson(found))
  // An unreadable lock is from a crash between creating and writing it.
  if (parsed.success && isHeld(parsed.data)) throw locked(path, `process ${parsed.data.pid} on ${parsed.data.host}`)
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    throw locked(path, 'another process that is just starting')
  }
  const taken = readFileSync(aside, 'utf8')
  if (taken !== found) {
    // Another process took the dead lock over between our reading and renaming: its lock is put back.
    linkSync(aside, path)
    rmSync(aside)
    throw locked(path, 'another process that is just starting')
  }
  rmSync(aside)
}

function isHeld(holder: Holder): boolean {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return holder.started === null || holder.started === startOf(holder.pid)
}

/** When a living process began, in the kernel's ticks; null when it is dead or /proc does not tell. */
function startOf(pid: number): string | null {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat === null) return null
  // After the command in parentheses, which may itself hold spaces: state, …, and the start as field 22 of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}

const locked = (path: string, holder: string): DecorumError =>
  new DecorumError('DECORUM_DATA_DIR_LOCKED', `the data directory is in use by ${holder}`, {
    hint: `Stop that process, or set DATABASE_URL so that several can share a ledger. If you are sure that nothing uses it, remove ${path}.`,
  })

function tryWrite(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
