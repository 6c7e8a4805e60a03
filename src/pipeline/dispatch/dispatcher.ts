import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import pLimit from 'p-limit'
import { type Breaker, countsAgainstRoute } from '../../deliver/breaker.ts'
import { mayCallAt, type Slots } from '../../deliver/rate-gate.ts'
import type { CallOutcome } from '../../model/delivery.ts'
import { failureForLog } from '../../model/log-events.ts'
import { largestWeight } from '../../model/route.ts'
import type { Ticket } from '../../queue/doorbell.ts'
import { type UnsettledAttempt, unsettledOf } from '../../record/dispatch/reservation.ts'
import { countAttempt } from '../counters.ts'
import { atShareOfRate, ringSizeOf } from '../queue-due.ts'
import type { Runtime } from '../runtime.ts'
import { type DispatchContext, providerFor, type Reserved } from './dispatch-context.ts'
import { preflight } from './preflight.ts'
import { ReservationLost, reserve } from './reserve.ts'
import { SettleStream } from './settle-stream.ts'
import { type AttemptEnd, settlementOf } from './settlement.ts'
import { FULL_RATE } from './switch-board.ts'

/** How often reminders whose recipient was locked elsewhere are tried again before they are left to the sweep. */
const HELD_TRIES = 20
const HELD_WAIT_MS = 50
const untilLedgerAnswers = retry(handleAll, { backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 1_000 }) })
/**
 * How often a call may miss its slot and take another. Its permission is good for much longer: ended as not sent, it was reserved and
 * decided again at once, and four senders on two busy cores did that for two reminders of three.
 */
const SLOTS_MISSED = 3
/** Calls in flight at most; beyond it new tickets wait. */
const MOST_IN_FLIGHT = 1_000

/**
 * Dispatches one route's tickets: reserve → send → settle.
 *
 * A ticket is done once its calls have begun; their results are settled as they come. The ledger holds
 * all state: after a kill at any line, attempts on the wire are in doubt and everything else is decided again.
 */
export class Dispatcher {
  readonly #runtime: Runtime
  readonly #context: DispatchContext
  readonly #breaker: Breaker
  readonly #settleStream: SettleStream
  readonly #inFlight = new Set<Promise<void>>()
  readonly #recovering = new Set<Promise<void>>()
  readonly #reducedRate = pLimit(1)
  /** Units of the rate that are being reserved and have no slots yet; the shared rate gate does not count them. */
  #unslotted = 0
  /** Mean weight of a reminder in the last batch. */
  #unitsEach: number
  #stopping = false

  constructor(runtime: Runtime, context: DispatchContext, breaker: Breaker) {
    this.#runtime = runtime
    this.#context = context
    this.#breaker = breaker
    this.#settleStream = new SettleStream(runtime)
    this.#unitsEach = largestWeight(context.route)
  }

  get route(): string {
    return this.#context.route.id
  }

  /** Takes one ticket to the point where its calls have begun. */
  async answer(ticket: Ticket): Promise<void> {
    const waiting = [...ticket.reminderIds]
    while (waiting.length > 0 && !this.#stopping) {
      const share = this.#smallestShare()
      const batch = {
        ring: ticket.ring,
        reminderIds:
          share === FULL_RATE
            ? waiting.splice(0)
            : waiting.splice(0, ringSizeOf(atShareOfRate(this.#context.route, share))),
      }
      // At a reduced rate, concurrent batches would reserve for the same free slot; all but one would miss it.
      const taken =
        share === FULL_RATE
          ? await this.#dispatchBatch(batch)
          : await this.#reducedRate(() => this.#dispatchBatch(batch))
      if (!taken) return
    }
  }

  /** Dispatches one batch. False: the breaker is open, and the rest of the ticket stays queued for the sweep. */
  async #dispatchBatch(ticket: Ticket): Promise<boolean> {
    let ids = ticket.reminderIds
    for (let tries = 0; ids.length > 0 && tries < HELD_TRIES && !this.#stopping; tries++) {
      if (tries > 0) await pause(HELD_WAIT_MS)
      const units = ids.length * this.#unitsEach
      if (!(await this.#waitForRoom(units))) return false
      try {
        ids = await this.#reserveAndCall({ ring: ticket.ring, reminderIds: ids })
      } finally {
        this.#unslotted -= units
      }
    }
    return true
  }

  #smallestShare(): number {
    return this.#context.switches.smallestShare(this.#context.route.id, this.#context.route.channel)
  }

  /** Takes nothing new; resolves when every call has come back and is settled. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#inFlight)
    await Promise.all(this.#recovering)
    await this.#settleStream.drained()
  }

  /** Gives up at once; unsettled attempts are left to the sweep. */
  abort(): void {
    this.#stopping = true
    this.#settleStream.abort()
  }

  /** Resolves when nothing is on the wire or unsettled; for a stepped clock. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight)
    await this.#settleStream.drained()
  }

  /**
   * Waits until the rate gate and the calls in flight leave room: a reservation that cannot be sent soon only expires.
   *
   * @param units  of the rate; counted as `#unslotted` once this returns true
   * @returns      false: the breaker is open, or the dispatcher is stopping
   */
  async #waitForRoom(units: number): Promise<boolean> {
    while (!this.#stopping) {
      if (!this.#breaker.admits()) return false
      const booked = this.#inFlight.size >= MOST_IN_FLIGHT ? Number.POSITIVE_INFINITY : await this.#backlog()
      const { backlogMs } = this.#context.limits
      // Concurrent tickets see the same backlog and together would book too far ahead; one at a time would wait for the ledger.
      const reserving = (this.#unslotted * 1_000) / this.#context.route.rate.perSecond
      if (booked < backlogMs && booked + reserving < 2 * backlogMs) {
        this.#unslotted += units
        return true
      }
      await pause(Math.min(100, Math.max(5, booked - backlogMs)))
    }
    return false
  }

  async #backlog(): Promise<number> {
    try {
      return await this.#context.gate.backlogMs(this.#smallestShare())
    } catch {
      // Without the gate no call may begin, so nothing is reserved.
      return Number.POSITIVE_INFINITY
    }
  }

  async #slots(reserved: readonly Reserved[]): Promise<Slots | null> {
    try {
      return await this.#context.gate.take(
        reserved.map((r) => r.weight),
        { shares: reserved.map((r) => this.#context.switches.share(r.scope)), smallest: this.#smallestShare() },
      )
    } catch (error) {
      this.#runtime.log.warn(
        { event: 'rate_gate.unreachable', route: this.route, ...failureForLog(error) },
        'rate gate does not answer; no call is made',
      )
      return null
    }
  }

  /** @returns  the reminders to try again shortly: locked elsewhere, or without a free phone line */
  async #reserveAndCall(ticket: Ticket): Promise<string[]> {
    let reservation
    try {
      reservation = await reserve(this.#runtime, this.#context, ticket)
    } catch (error) {
      if (!(error instanceof ReservationLost)) throw error
      this.#runtime.log.warn(
        { event: 'reservation.lost', route: this.route, ...failureForLog(error.cause) },
        'reservation lost: ledger did not answer; its attempts are read back',
      )
      this.#recover(error.batches)
      return []
    }
    const reservedAt = { monotonic: performance.now(), wall: Date.now() }
    for (const orphan of reservation.orphans) this.#settleOrphan(orphan)
    if (reservation.reserved.length > 0) {
      const { reserved } = reservation
      this.#unitsEach = reserved.reduce((sum, { weight }) => sum + weight, 0) / reserved.length
      const slots = await this.#slots(reserved)
      reservation.reserved.forEach((reserved, i) => {
        if (slots === null) this.#settleAs(reserved, { kind: 'not_sent', why: 'no_rate_gate', waitMs: 1_000 })
        else this.#track(this.#call(reserved, slots, i, reservedAt), this.#inFlight)
      })
    }
    return reservation.held
  }

  #track(work: Promise<void>, among: Set<Promise<void>>): void {
    const tracked = work.finally(() => among.delete(tracked))
    among.add(tracked)
  }

  /** Reads back the attempts of a lost COMMIT and settles them as not sent, as soon as the ledger answers. */
  #recover(batches: readonly string[]): void {
    const readBack = async () => {
      if (this.#stopping) return
      const orphans = await unsettledOf(this.#runtime.ledger.db, batches)
      for (const orphan of orphans) this.#settleOrphan(orphan)
    }
    this.#track(untilLedgerAnswers.execute(readBack), this.#recovering)
  }

  async #call(
    reserved: Reserved,
    slots: Slots,
    index: number,
    reservedAt: { monotonic: number; wall: number },
  ): Promise<void> {
    const { limits, switches } = this.#context
    let booked = { slots, index }
    for (let missed = 0; ;) {
      const slot = mayCallAt(booked.slots, booked.index, performance.now())
      if (slot.kind === 'missed' && missed < SLOTS_MISSED) {
        missed++
        const another = await this.#slots([reserved])
        if (another !== null) {
          booked = { slots: another, index: 0 }
          continue
        }
      }
      const tooFarAhead = slot.kind === 'early' && slot.waitMs > limits.slotMs
      const verdict = preflight({
        now: this.#runtime.clock.now(),
        goodUntil: reserved.goodUntil,
        switchedOff: switches.closed(reserved.scope, 'on-its-way'),
        switchesKnown: !switches.outOfDate,
        stopping: this.#stopping,
        routeOpen: this.#breaker.admits(),
        slot: tooFarAhead ? { kind: 'missed' } : slot,
        leaseMs: limits.leaseMs,
        sinceReserved: { monotonic: performance.now() - reservedAt.monotonic, wall: Date.now() - reservedAt.wall },
      })
      if (verdict.kind === 'not_sent') return this.#settleAs(reserved, verdict)
      if (verdict.kind === 'go') break
      await pause(verdict.waitMs)
    }
    const outcome = await this.#breaker.run(() => this.#send(reserved))
    this.#settleAs(reserved, outcome ?? { kind: 'not_sent', why: 'route_resting', waitMs: 5_000 })
  }

  async #send(reserved: Reserved): Promise<CallOutcome> {
    const provider = providerFor(this.#context, reserved.live)
    try {
      const outcome = await provider.send({
        attempt: reserved.attempt,
        to: reserved.to,
        from: this.#context.route.from,
        message: reserved.message,
        validForSeconds: reserved.validForSeconds,
        unsubscribeUrl: reserved.unsubscribeUrl,
        deadlineMs: this.#context.limits.callMs,
      })
      if (countsAgainstRoute(outcome))
        this.#runtime.log.warn(
          { event: 'message.failed', route: this.route, outcome: outcome.kind, ...codeOf(outcome) },
          'provider did not accept a message; it is retried, or in doubt. `decorum doctor` asks the provider what is wrong',
        )
      return outcome
    } catch (error) {
      // The provider contract forbids throwing; if it does, the call may have been made.
      return { kind: 'unknown', code: 'adapter_threw', detail: (error as Error).name }
    }
  }

  #settleAs({ attempt, reservedAt, spent }: Pick<Reserved, 'attempt' | 'reservedAt' | 'spent'>, end: AttemptEnd): void {
    countAttempt(this.#context.route, end.kind, end.kind === 'rejected' ? end.class : '')
    this.#settleStream.add(
      settlementOf(
        { ...attempt, reservedAt },
        this.#context.route.channel,
        end,
        spent,
        this.#runtime.clock.now(),
        Math.random(),
      ),
    )
  }

  /** No call was made for it: its permission is not known to have been written in time. */
  #settleOrphan({ reminderId, attemptNo, reservedAt }: UnsettledAttempt): void {
    this.#settleAs(
      { attempt: { reminderId, attemptNo }, reservedAt: reservedAt.getTime(), spent: 0 },
      { kind: 'not_sent', why: 'commit_unknown', waitMs: 0 },
    )
  }
}

const codeOf = (outcome: CallOutcome): { code?: string } => (outcome.kind === 'accepted' ? {} : { code: outcome.code })
