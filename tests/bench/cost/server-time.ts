import { readdirSync, readFileSync } from 'node:fs'

/** Kernel ticks are 100 a second to programs, whatever the kernel itself counts in. */
const MICROS_PER_TICK = 10_000

/**
 * How much processor time has this PostgreSQL taken, in microseconds, without one session that only watches it?
 *
 * From the scheduler's own count in nanoseconds: ticks of 10 ms would blur a step that takes 50. PostgreSQL's processes
 * have one thread each, so that the count of a process's first thread is all of it. Of processes that have ended only ticks are left.
 *
 * @param watcher  the watching session's process
 */
export function serverMicros(watcher: number): number {
  const postmaster = Number(statOf(watcher)?.[1])
  const family = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== watcher && (pid === postmaster || Number(statOf(pid)?.[1]) === postmaster))
  const ended = [13, 14].reduce((sum, field) => sum + Number(statOf(postmaster)?.[field] ?? 0), 0)
  return family.reduce((sum, pid) => sum + ranFor(pid), ended * MICROS_PER_TICK)
}

/** The fields of /proc/PID/stat behind the program's name, which may hold anything but ends at the last parenthesis. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

function ranFor(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1_000
  } catch {
    return 0
  }
}
