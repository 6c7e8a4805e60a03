import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Notes that a suite does not run, and for want of what; the reporter prints it at the end. */
export function noteLeftOut(runDirectory: string, suite: string, want: string): void {
  appendFileSync(join(runDirectory, 'left-out.txt'), `${suite}: needs ${want}\n`)
}

export function readLeftOut(runDirectory: string): string[] {
  try {
    return [...new Set(readFileSync(join(runDirectory, 'left-out.txt'), 'utf8').trim().split('\n'))]
  } catch {
    return []
  }
}
