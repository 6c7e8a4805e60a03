import type { CallOutcome } from '../../../src/model/delivery.ts'
import type { DispatchContext, Reserved } from '../../../src/pipeline/dispatch/dispatch-context.ts'
import { reserve } from '../../../src/pipeline/dispatch/reserve.ts'
import { settle } from '../../../src/pipeline/dispatch/settle-stream.ts'
import { settlementOf } from '../../../src/pipeline/dispatch/settlement.ts'
import { planDue } from '../../../src/pipeline/plan-due.ts'
import { queueDue } from '../../../src/pipeline/queue-due.ts'
import { applyReceipt } from '../../../src/pipeline/receipts.ts'
import type { Runtime } from '../../../src/pipeline/runtime.ts'
import type { Doorbell, Ticket } from '../../../src/queue/doorbell.ts'
import { receiptsOf } from '../receipts.ts'
import type { Round } from './cost-tables.ts'
import type { Meter, Taken } from './meter.ts'

/** In the order in which a reminder takes them. */
export const STEPS = ['plan', 'claim', 'reserve', 'call', 'settle', 'receipts'] as const
export type Step = (typeof STEPS)[number]

/** Accounts planned in one pass, as by the daemon. */
const ACCOUNTS = 200
/** As the daemons have them. */
const AT_ONCE = { tickets: 4, calls: 100, receipts: 10 }
const SETTLED_TOGETHER = 50

/** Takes all reminders that are due through one step after the other, as the daemons' functions do, and measures each step. */
export async function takeSteps(
  meter: Meter,
  runtime: Runtime,
  context: DispatchContext,
  count: number,
): Promise<Round> {
  const steps = {} as Record<Step, Taken>
  const step = async <T>(name: Step, done: number, work: () => Promise<T[]>): Promise<T[]> => {
    const { result, taken } = await meter.measure(work)
    if (result.length !== done) throw new Error(`${name}: of ${done} only ${result.length} were done`)
    steps[name] = taken
    return result
  }
  await step('plan', count, async () => {
    let planned = 0
    for (;;) {
      const pass = await planDue(runtime, ACCOUNTS, context.packs)
      if (pass.recipients === 0) return Array.from({ length: planned })
      planned += pass.reminders
    }
  })
  const tickets: Ticket[] = []
  await step('claim', count, async () => {
    await queueDue(runtime, doorbellInto(tickets), context.switches, context.route)
    return tickets.flatMap((ticket) => ticket.reminderIds)
  })
  const reserved = await step('reserve', count, async () => {
    const all: Reserved[] = []
    await inLanes(AT_ONCE.tickets, tickets, async (ticket) => {
      // In two steps: the list is read after the wait, not before it.
      const reservation = await reserve(runtime, context, ticket)
      all.push(...reservation.reserved)
    })
    return all
  })
  const calls = await step('call', count, async () => {
    const all: { reserved: Reserved; outcome: CallOutcome }[] = []
    await inLanes(AT_ONCE.calls, reserved, async (one) => {
      all.push({ reserved: one, outcome: await call(context, one) })
    })
    return all.filter(({ outcome }) => outcome.kind === 'accepted')
  })
  await step('settle', count, async () => {
    const ends = calls.map(({ reserved: { attempt, reservedAt, spent }, outcome }) =>
      settlementOf({ ...attempt, reservedAt }, context.route.channel, outcome, spent, runtime.clock.now(), 0),
    )
    for (let from = 0; from < ends.length; from += SETTLED_TOGETHER)
      await settle(runtime, ends.slice(from, from + SETTLED_TOGETHER))
    return ends
  })
  const receipts = receiptsOf(reserved.map(({ attempt }) => attempt))
  await step('receipts', receipts.length, async () => {
    const applied: true[] = []
    await inLanes(AT_ONCE.receipts, receipts.reverse(), async (receipt) => {
      if ((await applyReceipt(runtime, receipt)) === 'applied') applied.push(true)
    })
    return applied
  })
  return steps
}

/** A doorbell that keeps the tickets for whoever asks; nobody listens. */
const doorbellInto = (tickets: Ticket[]): Doorbell => ({
  ring: async (_route, ticket) => tickets.push(ticket) > 0,
  listen: () => Promise.reject(new Error('nobody listens here')),
  check: async () => null,
  close: async () => {},
})

/** As the dispatcher calls, without its rate gate and breaker. */
const call = (context: DispatchContext, reserved: Reserved): Promise<CallOutcome> =>
  context.provider.send({
    attempt: reserved.attempt,
    to: reserved.to,
    from: context.route.from,
    message: reserved.message,
    validForSeconds: reserved.validForSeconds,
    unsubscribeUrl: reserved.unsubscribeUrl,
    deadlineMs: context.limits.callMs,
  })

/** Takes all items in their order, so many at once. */
async function inLanes<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of waiting) await work(item)
    }),
  )
}
