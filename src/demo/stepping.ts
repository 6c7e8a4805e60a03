import type { App } from '../app/app.ts'
import { captureProvider, planReceipts } from '../deliver/capture.ts'
import type { Provider } from '../deliver/provider.ts'
import type { RateGate } from '../deliver/rate-gate.ts'
import { type Instant, MINUTE } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import { storeCaptured } from '../pipeline/personal-data.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import type { Doorbell } from '../queue/doorbell.ts'
import { nextWork, reminderName } from '../record/demo.ts'

/** The clock moves in multiples of this, so that receipts seconds apart share a step. */
const STEP = 5 * MINUTE

/** Far more rounds than one instant can need; beyond it the run fails instead of looping for ever. */
const MOST_ROUNDS = 500

/**
 * Runs the daemons until nothing more is to be done at this instant.
 *
 * Resolves when nothing is due, queued, sending or unsettled.
 *
 * @returns  the next instant with work, on whole steps of the clock; null for none. Work that is due but cannot be done now
 *           is retried one step later
 */
export async function settleDown(app: App, doorbell: CountedDoorbell): Promise<Instant | null> {
  const now = app.runtime.clock.now()
  for (let round = 1; ; round++) {
    if (round > MOST_ROUNDS)
      throw new RangeError(`work at ${new Date(now).toISOString()} did not finish within ${MOST_ROUNDS} rounds`)
    const { planner, sweeper } = await nextWork(app.runtime.ledger.db)
    const due = (at: Date | null): boolean => at !== null && at.getTime() <= now
    let done = false
    if (due(planner)) {
      done = await app.pass('planner')
      await doorbell.quiet()
      await app.idle()
    }
    if (due(sweeper)) done = (await app.pass('sweeper')) || done
    if (done) continue
    const instants = [planner, sweeper].flatMap((at) => (at === null ? [] : [at.getTime()]))
    return instants.length === 0 ? null : Math.max(Math.ceil(Math.min(...instants) / STEP) * STEP, now + STEP)
  }
}

/** A doorbell that knows when every ring has been answered. */
export interface CountedDoorbell extends Doorbell {
  /** Resolves when no ticket is in the queue or in hand. */
  quiet(): Promise<void>
}

/**
 * Counts rings and answers of a doorbell, so that a stepped clock can wait for both without polling.
 *
 * Correct only if one process rings and listens on every route, as in the demonstration.
 */
export function countedDoorbell(inner: Doorbell): CountedDoorbell {
  const waiting = new Set<string>()
  let whenQuiet: (() => void)[] = []
  const done = (ring: string): void => {
    waiting.delete(ring)
    if (waiting.size > 0) return
    for (const resolve of whenQuiet) resolve()
    whenQuiet = []
  }
  return {
    async ring(route, ticket) {
      waiting.add(ticket.ring)
      const rung = await inner.ring(route, ticket)
      if (!rung) done(ticket.ring)
      return rung
    },
    listen: (route, concurrency, answer) =>
      inner.listen(route, concurrency, async (ticket) => {
        try {
          await answer(ticket)
        } finally {
          done(ticket.ring)
        }
      }),
    check: () => inner.check(),
    close: () => inner.close(),
    quiet: () => (waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => whenQuiet.push(resolve))),
  }
}

/**
 * A rate gate without a limit: each slot is now and does not expire.
 *
 * Captured messages have no provider whose rate they could exceed. With a gate in machine time, a busy machine would miss its
 * slots and decide the same reminder repeatedly while business time stands still.
 */
export const unlimitedRateGate = (): RateGate => ({
  take: async (weights) => ({ askedAt: Infinity, answeredAt: 0, delaysMs: weights.map(() => 0) }),
  backlogMs: async () => 0,
  close: async () => {},
})

/**
 * A capture provider whose invented receipts are the same in every run of one seed.
 *
 * Capture by itself derives them from the reminder's id, which differs between runs, so the outcomes of calls would differ
 * too.
 *
 * @param runtime  called at the first message; the runtime does not exist yet when routes are opened
 */
export const repeatableCapture = (channel: Channel, seed: number, runtime: () => Runtime): Provider =>
  captureProvider(channel, { seed }, async (captured) => {
    const { attempt } = captured.request
    const name = (await reminderName(runtime().ledger.db, attempt.reminderId)) ?? attempt.reminderId
    const receipts = planReceipts(channel, { reminderId: name, attemptNo: attempt.attemptNo }, seed)
    await storeCaptured(runtime(), { ...captured, receipts })
  })
