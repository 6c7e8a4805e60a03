import { MINUTE, type Instant } from '../../model/instant.ts'
import { nextWork } from '../../record/demo/next-work.ts'
import type { App } from '../app.ts'
import type { CountedDoorbell } from './counted-doorbell.ts'

/** Receipts follow their messages by seconds or minutes: with steps this long those of one hour come together. */
const STEP = 5 * MINUTE

/** Far more rounds than one instant can need; beyond it something goes in circles, and saying so beats hanging. */
const MOST_ROUNDS = 500

/**
 * Lets the daemons do all that there is to do at this instant.
 *
 * Resolves when nothing is due, queued, sending or unsettled.
 *
 * @returns  the instant at which something happens next, on whole steps of the clock; null when nothing is
 *           foreseen. What is due and could not be done now comes back one step later.
 */
export async function settleDown(app: App, doorbell: CountedDoorbell): Promise<Instant | null> {
  const now = app.shell.clock.now()
  for (let round = 1; ; round++) {
    if (round > MOST_ROUNDS) throw new RangeError(`work at ${new Date(now).toISOString()} did not finish within ${MOST_ROUNDS} rounds`)
    const { planner, sweeper } = await nextWork(app.shell.ledger.db)
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
