import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import { setTimeout as pause } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import { failureForLog } from '../../model/log-events.ts'
import { addressSuppression } from '../../model/vocabulary.ts'
import { attemptAddress } from '../../record/receipts.ts'
import { writeSettlements } from '../../record/dispatch/settlement.ts'
import { takeLocks } from '../../record/locks.ts'
import { lookUpByKey } from '../../record/pg/batch.ts'
import type { Database } from '../../record/schema.ts'
import { suppress } from '../accept/suppress.ts'
import { runBisecting } from '../bisect.ts'
import { fallBack } from '../routing.ts'
import { addReminderNotices, recipientsToLock } from '../notify.ts'
import type { Runtime } from '../runtime.ts'
import type { Settlement } from './settlement.ts'

const EVERY_MS = 20
const MOST_AT_ONCE = 50
const RETRIES = new ExponentialBackoff({ initialDelay: 100, maxDelay: 500 })

/**
 * Writes what attempts came to, as a stream.
 *
 * Results of all batches are written together every 20 ms or 50 results, and again until
 * PostgreSQL takes them: nobody waits for the slowest call, and a worker that is killed
 * leaves in doubt what was on the wire and not its whole batch (simulated at 1,000/s with
 * 1 % hangs: 15 accepted but unsettled, against 4,000 when batches settle as one).
 */
export class SettleStream {
  readonly #runtime: Runtime
  readonly #waiting: Settlement[] = []
  #writing: Promise<void> | null = null
  readonly #abort = new AbortController()
  #idle: (() => void)[] = []

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  add(settlement: Settlement): void {
    this.#waiting.push(settlement)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
      for (const resolve of this.#idle.splice(0)) resolve()
    })
  }

  /** Resolves once everything added so far is written. */
  async drained(): Promise<void> {
    while (this.#writing !== null) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Stops trying; what is not written is left to the sweep. */
  abort(): void {
    this.#abort.abort()
    this.#waiting.length = 0
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#abort.signal.aborted) {
      if (this.#waiting.length < MOST_AT_ONCE) await pause(EVERY_MS)
      const batch = this.#waiting.splice(0, MOST_AT_ONCE)
      await this.#writeBatch(batch)
    }
  }

  async #writeBatch(batch: readonly Settlement[]): Promise<void> {
    const { signal } = this.#abort
    const untilTaken = retry(handleAll, { backoff: RETRIES })
    untilTaken.onRetry((failed) => {
      if (failed.attempt !== 1 || !('error' in failed)) return
      this.#runtime.log.error(
        { event: 'result.delayed', results: batch.length, ...failureForLog(failed.error) },
        'results not written yet, retrying: the ledger does not answer',
      )
    })
    try {
      // cockatiel waits out its delay when it is aborted, and tries once more.
      await untilTaken.execute(async () => {
        if (!signal.aborted) await settle(this.#runtime, batch)
      }, signal)
    } catch {
      // Aborted while the ledger did not answer.
    }
  }
}

/** Writes settlements now, each once; used by the stream, the sweep and the receipts. */
export async function settle(runtime: Runtime, settlements: readonly Settlement[]): Promise<void> {
  for (const { alarm, entry } of settlements) {
    const about = { reminder: entry.reminderId, attempt: entry.attemptNo, code: entry.code }
    if (alarm === 'route.misconfigured')
      runtime.log.error(
        { event: 'route.misconfigured', ...about, detail: entry.detail },
        'provider refuses our configuration; its messages wait and spend no try',
      )
    if (alarm === 'message.refused')
      runtime.log.error({ event: 'message.refused', ...about }, 'provider refuses the words of a message')
  }
  await runBisecting(
    settlements,
    async (part) => {
      await runtime.ledger.db.transaction().execute((trx) => settlePart(runtime, trx, part))
      return []
    },
    (settlement, error) => {
      runtime.log.error(
        {
          event: 'result.failed',
          reminder: settlement.entry.reminderId,
          attempt: settlement.entry.attemptNo,
          ...failureForLog(error),
        },
        'result not written; the attempt will be in doubt',
      )
      return []
    },
  )
}

async function settlePart(
  runtime: Runtime,
  opened: Transaction<Database>,
  settlements: readonly Settlement[],
): Promise<void> {
  await lookUpByKey(opened)
  // What only makes facts milder (a pending contact that turns out sent) needs no lock; a new stop does.
  const stops = settlements.filter((s) => s.suppress !== null)
  const addresses = new Map<Settlement, NonNullable<Awaited<ReturnType<typeof attemptAddress>>>>()
  for (const stop of stops) {
    const address = await attemptAddress(opened, stop.entry.reminderId, stop.entry.attemptNo)
    if (address !== null) addresses.set(stop, address)
  }
  const toNote = await recipientsToLock(
    runtime,
    opened,
    settlements.map((s) => s.entry.reminderId),
  )
  const toStop = [...addresses.values()]
  const trx = await takeLocks(
    opened,
    { recipients: toStop.map((a) => a.recipientId).concat(toNote), addresses: toStop },
    'wait',
  )
  const now = runtime.clock.now()
  const written = await writeSettlements(
    trx,
    settlements.map((s) => s.entry),
    now,
  )
  const done = new Set(written.map((w) => `${w.reminderId}.${w.attemptNo}`))
  for (const settlement of settlements) {
    const { entry } = settlement
    const address = addresses.get(settlement)
    if (address !== undefined && settlement.suppress !== null) {
      const source = `provider:${entry.code ?? ''}`
      const { reminderId, attemptNo, code } = entry
      await suppress(
        runtime,
        trx,
        { ...address, ...addressSuppression(settlement.suppress), source, by: source },
        {
          owners: [address.recipientId],
          now,
          tell: { reminderId, attemptNo, code, by: 'provider' },
          wake: false,
        },
      )
    }
    if (!done.has(`${entry.reminderId}.${entry.attemptNo}`)) {
      // A receipt that overtook an acceptance said the same and more; anything else is a contradiction.
      const about = { reminder: entry.reminderId, attempt: entry.attemptNo, status: entry.status }
      if (entry.status === 'accepted')
        runtime.log.debug({ event: 'result.superseded', ...about }, 'acceptance came after its receipt')
      else
        runtime.log.error(
          { event: 'result.contradicted', ...about },
          'result came after the attempt was settled otherwise',
        )
    } else if (settlement.fallBack) {
      await fallBack(runtime, trx, entry.reminderId, 'provider_refused', now)
    }
  }
  await addReminderNotices(
    runtime,
    trx,
    settlements.map((s) => s.entry).filter((entry) => done.has(`${entry.reminderId}.${entry.attemptNo}`)),
    now,
  )
}
