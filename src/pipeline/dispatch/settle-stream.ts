import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import { setTimeout as pause } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import { failureForLog } from '../../model/log-events.ts'
import { addressSuppression } from '../../model/vocabulary.ts'
import { attemptAddress } from '../../record/receipts.ts'
import { settleAtOnce, writeSettlements } from '../../record/dispatch/settlement.ts'
import { takeLocks } from '../../record/locks.ts'
import { useGenericPlans } from '../../record/pg/batch.ts'
import type { Database } from '../../record/schema.ts'
import { suppress } from '../accept/suppress.ts'
import { runBisecting } from '../bisect.ts'
import { fallBack } from '../routing.ts'
import { addReminderNotices, hasWebhooks, recipientsToLock } from '../notify.ts'
import type { Runtime } from '../runtime.ts'
import type { Settlement } from './settlement.ts'

const WRITE_EVERY_MS = 20
const MAX_BATCH = 50
const RETRIES = new ExponentialBackoff({ initialDelay: 100, maxDelay: 500 })

/**
 * Writes the results of attempts as a stream.
 *
 * Results of all batches are written together every 20 ms or 50 results, and again until
 * PostgreSQL takes them: no result waits for the slowest call, and a worker that is killed
 * leaves only the calls on the wire in doubt and not its whole batch (simulated at 1,000/s with
 * 1 % hangs: 15 accepted but unsettled, against 4,000 when batches settle as one).
 */
export class SettleStream {
  readonly #runtime: Runtime
  readonly #waiting: Settlement[] = []
  #writing: Promise<void> | null = null
  readonly #abort = new AbortController()
  #drainWaiters: (() => void)[] = []

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  add(settlement: Settlement): void {
    this.#waiting.push(settlement)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
      for (const resolve of this.#drainWaiters.splice(0)) resolve()
    })
  }

  /** Resolves once everything added so far is written. */
  async drained(): Promise<void> {
    while (this.#writing !== null) await new Promise<void>((resolve) => this.#drainWaiters.push(resolve))
  }

  /** Stops retrying; results not written are left to the sweep. */
  abort(): void {
    this.#abort.abort()
    this.#waiting.length = 0
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#abort.signal.aborted) {
      if (this.#waiting.length < MAX_BATCH) await pause(WRITE_EVERY_MS)
      const batch = this.#waiting.splice(0, MAX_BATCH)
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
      // When aborted, cockatiel still waits out its delay and tries once more.
      await untilTaken.execute(async () => {
        if (!signal.aborted) await settle(this.#runtime, batch)
      }, signal)
    } catch {
      // Aborted while the ledger did not answer.
    }
  }
}

/** Writes settlements now, bisecting a batch that fails so that one bad settlement does not block the others. */
export async function settle(runtime: Runtime, settlements: readonly Settlement[]): Promise<void> {
  for (const { alarm, entry } of settlements) {
    const about = { reminder: entry.reminderId, attempt: entry.attemptNo, code: entry.code }
    if (alarm === 'route.misconfigured')
      runtime.log.error(
        { event: 'route.misconfigured', ...about, detail: entry.detail },
        'provider rejects our configuration; messages wait without spending a try',
      )
    if (alarm === 'message.refused')
      runtime.log.error({ event: 'message.refused', ...about }, 'provider rejects the content of a message')
  }
  await runBisecting(
    settlements,
    async (part) => {
      await settlePart(runtime, part)
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

/** Most results change nothing beyond their attempt and its reminder: those are written in one round trip. */
async function settlePart(runtime: Runtime, settlements: readonly Settlement[]): Promise<void> {
  const alone = !hasWebhooks(runtime) && settlements.every((s) => s.suppress === null && !s.fallBack)
  if (!alone) return runtime.ledger.db.transaction().execute((trx) => settleWithConsequences(runtime, trx, settlements))
  const entries = settlements.map((s) => s.entry)
  const written = await settleAtOnce(runtime.ledger, entries, runtime.clock.now())
  const done = new Set(written.map(keyOf))
  for (const entry of entries) if (!done.has(keyOf(entry))) reportSuperseded(runtime, entry)
}

const keyOf = ({ reminderId, attemptNo }: { reminderId: string; attemptNo: number }): string =>
  `${reminderId}.${attemptNo}`

/** A receipt that overtook the acceptance proves it already; any other result contradicts the settled one. */
function reportSuperseded({ log }: Runtime, { reminderId, attemptNo, status }: Settlement['entry']): void {
  const about = { reminder: reminderId, attempt: attemptNo, status }
  if (status === 'accepted') log.debug({ event: 'result.superseded', ...about }, 'acceptance came after its receipt')
  else log.error({ event: 'result.contradicted', ...about }, 'result came after the attempt was settled otherwise')
}

async function settleWithConsequences(
  runtime: Runtime,
  opened: Transaction<Database>,
  settlements: readonly Settlement[],
): Promise<void> {
  await useGenericPlans(opened)
  // A settlement only relaxes facts (a pending contact turns out sent) and needs no lock; a new suppression does.
  const suppressing = settlements.filter((s) => s.suppress !== null)
  const addresses = new Map<Settlement, NonNullable<Awaited<ReturnType<typeof attemptAddress>>>>()
  for (const settlement of suppressing) {
    const address = await attemptAddress(opened, settlement.entry.reminderId, settlement.entry.attemptNo)
    if (address !== null) addresses.set(settlement, address)
  }
  const toNote = await recipientsToLock(
    runtime,
    opened,
    settlements.map((s) => s.entry.reminderId),
  )
  const toSuppress = [...addresses.values()]
  const trx = await takeLocks(
    opened,
    { recipients: toSuppress.map((a) => a.recipientId).concat(toNote), addresses: toSuppress },
    'wait',
  )
  const now = runtime.clock.now()
  const written = await writeSettlements(
    trx,
    settlements.map((s) => s.entry),
    now,
  )
  const done = new Set(written.map(keyOf))
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
          notice: { reminderId, attemptNo, code, by: 'provider' },
          wake: false,
        },
      )
    }
    if (!done.has(keyOf(entry))) reportSuperseded(runtime, entry)
    else if (settlement.fallBack) await fallBack(runtime, trx, entry.reminderId, 'provider_refused', now)
  }
  await addReminderNotices(
    runtime,
    trx,
    settlements.map((s) => s.entry).filter((entry) => done.has(keyOf(entry))),
    now,
  )
}
