import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '../model/database-failure.ts'
import { DecorumError } from '../model/errors.ts'
import { reportError } from './report-error.ts'

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/** What can be let go of when it could not be started. */
export interface Opened {
  abort(): Promise<void>
}

/**
 * Opens and starts something that needs servers, again and again with longer and longer waits, until they answer.
 *
 * Null when the signal came before everything answered.
 * Not cockatiel's `retry`: it sits out a wait that has begun, and a process that is told to stop must not stay for 30 s.
 *
 * @param start  a failure anywhere in it begins anew with a fresh `open`; what it began beside the opened is its own to close
 * @throws whatever waiting does not cure
 */
export async function startPatiently<Thing extends Opened, Started>(
  open: () => Promise<Thing>, start: (opened: Thing) => Promise<Started>, signal: Promise<void>, firstWaitMs = FIRST_WAIT_MS,
): Promise<{ opened: Thing; started: Started } | null> {
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    let opened: Thing | null = null
    try {
      opened = await open()
      return { opened, started: await start(opened) }
    } catch (error) {
      await opened?.abort()
      const soon = passing(error)
      if (soon === null) throw error
      reportError(soon)
      process.stderr.write(`  trying again in ${wait / 1_000} s\n`)
    }
    const asked = await Promise.race([signal.then(() => true), sleep(wait, false)])
    if (asked) return null
  }
}

/** What can pass by itself; null: nothing that waiting would cure. A ledger that goes away while a process starts says so in PostgreSQL's words. */
function passing(error: unknown): DecorumError | null {
  if (error instanceof DecorumError) return error.disposition === 'retry' ? error : null
  if (!isTransient(error)) return null
  return new DecorumError('DECORUM_LEDGER_UNAVAILABLE', `the ledger does not answer: ${(error as Error).message}`, { cause: error })
}
