import { failureForLog } from '../model/log-events.ts'
import { MINUTE } from '../model/time.ts'
import { type Access, logAccess, reportBulkReading } from '../record/access.ts'
import { countBulkReading } from './counters.ts'
import type { Runtime } from './runtime.ts'

/** The access log of one process. Entries that come while others are being written go together, in one statement. */
export interface AccessLog {
  /** Resolves once these are committed: a reading is written down before it is answered. */
  reading(entries: readonly Access[]): Promise<void>
  /** Notes a change, which has been committed and says itself who made it; written within a second, and nobody waits for it. */
  change(entry: Access): void
  /** Resolves when everything noted so far is written, or could not be. */
  settled(): Promise<void>
}

/** Rows of one statement. */
const AT_ONCE = 500
/** Changes that wait while the ledger does not take them; beyond, the oldest are given up and that is reported. */
const MOST_WAITING = 20_000
/** How long a change waits for others to be written with. */
const GATHER_MS = 500

interface Waiting {
  entries: readonly Access[]
  done: (error?: unknown) => void
}

export function accessLog({ ledger, log }: Pick<Runtime, 'ledger' | 'log'>): AccessLog {
  const readings: Waiting[] = []
  const changes: Access[] = []
  let writing: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let lost = 0

  const failed = (error: unknown, entries: number): void =>
    log.error(
      { event: 'access.not_written', entries, ...failureForLog(error) },
      'entries of the access log could not be written',
    )

  async function writeAll(): Promise<void> {
    while (readings.length > 0 || changes.length > 0) {
      const taken: Waiting[] = []
      let rows = 0
      for (
        let next = readings[0];
        next !== undefined && (rows === 0 || rows + next.entries.length <= AT_ONCE);
        next = readings[0]
      ) {
        taken.push(next)
        rows += next.entries.length
        readings.shift()
      }
      const noted = changes.splice(0, Math.max(0, AT_ONCE - rows))
      const given = lost
      lost = 0
      try {
        await logAccess(ledger.db, [...taken.flatMap(({ entries }) => entries), ...noted])
        for (const { done } of taken) done()
      } catch (error) {
        for (const { done } of taken) done(error)
        failed(error, noted.length + given)
        return
      }
      if (given > 0) failed(new Error('too many waited'), given)
    }
  }
  const write = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    return (writing ??= writeAll().finally(() => {
      writing = null
      if (readings.length > 0) void write()
    }))
  }

  return {
    reading: (entries) =>
      entries.length === 0
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            readings.push({ entries, done: (error) => (error === undefined ? resolve() : reject(error as Error)) })
            void write()
          }),
    change(entry) {
      if (changes.length >= MOST_WAITING) {
        changes.shift()
        lost++
      }
      changes.push(entry)
      timer ??= setTimeout(() => void write(), GATHER_MS).unref()
    },
    async settled() {
      while (writing !== null || readings.length > 0 || changes.length > 0) {
        const before = readings.length + changes.length
        await write()
        // The ledger does not take them: there is nothing to wait for.
        if (readings.length + changes.length >= before && before > 0) return
      }
    },
  }
}

/** How often a sweeper asks: an hour's readings are counted, so a minute more or less tells nothing. */
const LOOK_EVERY_MS = MINUTE

/** Watches for reading in bulk. One instance per process that sweeps. */
export class BulkReadingAlarm {
  readonly #runtime: Runtime
  /** Machine time. */
  #nextLook = 0

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async pass(): Promise<void> {
    if (performance.now() < this.#nextLook) return
    await watchBulkReading(this.#runtime)
    this.#nextLook = performance.now() + LOOK_EVERY_MS
  }
}

/** Reports who has read of unusually many people within the hour; of several sweepers one does, once an hour. */
export async function watchBulkReading({ ledger, log, clock, config }: Runtime): Promise<void> {
  for (const { actor, people } of await reportBulkReading(
    ledger.db,
    config.limits.peoplePerHour,
    new Date(clock.now()),
  )) {
    countBulkReading()
    log.error(
      { event: 'access.bulk_read', actor, people },
      'personal data of unusually many people was read: is this meant? GET /v1/access-log shows whose',
    )
  }
}
