import type { Decision } from '../../model/decision.ts'
import type { DeliveryReport } from '../../model/delivery.ts'
import type { Instant } from '../../model/time.ts'
import { carrierOf, lapseOf, nextOnFallback, type OwedReminder, reminderFromPlan } from '../../plan/fallback.ts'
import { planRecipient } from '../../plan/plan-recipient.ts'
import type { RecipientPlan } from '../../plan/recipient-plan.ts'
import type { RecipientAddress, RecipientContact } from '../../record/dispatch/decision-inputs.ts'
import { afterDecision, signatureOf } from '../dispatch/after-decision.ts'
import { settlementOf } from '../dispatch/settlement.ts'
import { planInput } from '../plan-due.ts'
import { receiptMeaning } from '../receipts.ts'
import { routeIdFor, chooseCarrier, routeCriteria } from '../routing.ts'
import { decideStep, planAllowed, type StepDecision, type AgentStep } from '../tasks.ts'
import { decideSimulated, type SimulatedDecision } from './decide-simulated.ts'
import {
  recordContact,
  recordReceipt,
  accountRowNow,
  endHold,
  newlyOwed,
  nextHoldEnd,
  payOff,
  type SimulatedRecipient,
  type SimulatedReminder,
} from './simulated-recipient.ts'
import type { SimulatedPeriod, SimulationRules } from './simulation-rules.ts'
import type { SimulatedEvent, OnEvent } from './tally.ts'

/** Far more rounds than one instant can need; beyond it the simulation loops, and an error is better than a hang. */
const MAX_ROUNDS = 100

/** A provider's word that is still to come. */
interface AwaitedReceipt {
  at: Instant
  contact: RecipientContact
  reminder: SimulatedReminder
  word: DeliveryReport
}

/**
 * What would happen to this recipient in this period?
 *
 * An event-driven simulation: at each instant it does what the sweeper, the planner and the dispatcher
 * would do, with the functions that they use: `planRecipient`, `reminderFromPlan`, `decideWithWords`,
 * `afterDecision`, `nextOnFallback`, `receiptMeaning`, `lapseOf`. Assumes nightly balance updates, so none goes
 * stale, and that no switch is set. Mutates the recipient.
 */
export function simulateRecipient(
  recipient: SimulatedRecipient,
  rules: SimulationRules,
  period: SimulatedPeriod,
  onEvent: OnEvent,
): void {
  new RecipientSimulation(recipient, rules, onEvent).run(period)
}

class RecipientSimulation {
  readonly #recipient: SimulatedRecipient
  readonly #rules: SimulationRules
  readonly #onEvent: OnEvent
  readonly #payments: { at: Instant; accountId: string }[]
  readonly #receipts: AwaitedReceipt[] = []
  /** When the recipient is planned next; null: not before an event. */
  #planAt: Instant | null = -Infinity
  /** Unique keys of every reminder owed so far; in the ledger a unique column prevents a second one. */
  readonly #owed: Set<string>

  constructor(recipient: SimulatedRecipient, rules: SimulationRules, onEvent: OnEvent) {
    this.#recipient = recipient
    this.#rules = rules
    this.#onEvent = onEvent
    this.#payments = recipient.planning.accounts.flatMap(({ id }) => {
      const at = rules.paysAt(recipient, id)
      return at === null ? [] : [{ at, accountId: id }]
    })
    this.#owed = new Set(recipient.waiting.map(({ uniqueKey }) => uniqueKey))
  }

  run({ from, to }: SimulatedPeriod): void {
    for (let at = from; at < to; at = Math.max(this.#nextInstant(), from)) this.#runInstant(at)
  }

  /** When is the next event? Infinity: never. */
  #nextInstant(): Instant {
    let next = this.#planAt ?? Infinity
    for (const { nextAt } of this.#recipient.waiting) next = Math.min(next, nextAt)
    for (const { at } of this.#receipts) next = Math.min(next, at)
    for (const { at } of this.#payments) next = Math.min(next, at)
    return Math.min(next, nextHoldEnd(this.#recipient))
  }

  /** Payments, receipts and lapses first, then planning and dispatch in turn until neither has work left. */
  #runInstant(now: Instant): void {
    for (const { accountId } of take(this.#payments, ({ at }) => at <= now)) this.#pay(accountId, now)
    for (const receipt of take(this.#receipts, ({ at }) => at <= now)) this.#applyReceipt(receipt, now)
    this.#closeLapsed(now)
    for (let round = 0; ; round++) {
      if (round > MAX_ROUNDS)
        throw new RangeError(`work at ${new Date(now).toISOString()} did not finish within ${MAX_ROUNDS} rounds`)
      const planned = this.#planAt !== null && this.#planAt <= now
      if (planned) this.#plan(now)
      const due = this.#recipient.waiting.filter(({ nextAt }) => nextAt <= now).sort((a, b) => a.dueAt - b.dueAt)
      for (const reminder of due) this.#dispatch(reminder, now)
      if (!planned && due.length === 0) return
    }
  }

  #pay(accountId: string, now: Instant): void {
    const { cancelled, known } = payOff(this.#recipient, accountId, now)
    if (!known) return
    this.#emit({ kind: 'paid', at: now, accountId })
    for (const reminder of cancelled) this.#emit({ kind: 'ended', at: now, reminder, as: 'cancelled', reason: 'cured' })
    this.#planAt = now
  }

  #closeLapsed(now: Instant): void {
    const lapses = this.#recipient.row.holds.map((hold) => ({ hold, lapse: lapseOf(hold, now) }))
    for (const { hold, lapse } of lapses) {
      if (lapse === null) continue
      if (endHold(this.#recipient, hold, lapse)) this.#planAt = now
      this.#emit({ kind: 'lapsed', at: now, hold: hold.kind, lapse })
    }
  }

  #plan(now: Instant): void {
    const { planning, row } = this.#recipient
    const plan = this.#planAllowed(now)
    const owed = plan.reminders.map((planned) =>
      this.#owe(
        reminderFromPlan(
          planning.id,
          planned,
          new Map(planning.accounts.map((account) => [account.id, account])),
          (lead, channels) => chooseCarrier(this.#rules.routes, routeCriteria(this.#rules, planning, lead), channels),
        ),
        null,
        now,
      ),
    )
    for (const record of plan.records) this.#recordRung(record, plan, owed, now)
    for (const task of plan.tasks) this.#emit({ kind: 'step-for-person', at: now, rung: task.rung })
    for (const _ of plan.handOffProposals) this.#emit({ kind: 'hand-off-proposed', at: now })
    if (plan.caughtUpOn !== null) planning.caughtUpOn = row.caughtUpOn = plan.caughtUpOn
    const looks = plan.accounts.flatMap(({ nextLookAt }) => (nextLookAt === null ? [] : [nextLookAt]))
    this.#planAt = looks.length === 0 ? null : Math.min(...looks)
  }

  #planAllowed(now: Instant): RecipientPlan {
    const { planning, waiting } = this.#recipient
    for (const account of planning.accounts) {
      const about = waiting.filter((reminder) => reminder.accounts.some((link) => link.accountId === account.id))
      account.nextMessageAt = about.length === 0 ? null : Math.min(...about.map((reminder) => reminder.nextAt))
    }
    const input = planInput(planning, this.#rules.creditors.get(planning.creditor), this.#rules.ladderOf)
    return planAllowed(planRecipient(input, now), input, now, (accountId, step) =>
      this.#decideStep(accountId, step, now),
    )
  }

  /** As production decides it, with no switch set. */
  #decideStep(accountId: string, step: Omit<AgentStep, 'creditor'>, now: Instant): StepDecision | null {
    const { row, planning } = this.#recipient
    const spellId = planning.accounts.find(({ id }) => id === accountId)?.spellId ?? null
    const accounts = accountRowNow(this.#recipient, { accountId, spellId, lead: true }, now).map((account) => ({
      ...account,
      live: true,
    }))
    const runtime = { config: { creditors: this.#rules.creditors, delivery: { onlyTo: [] } } }
    return accounts.length === 0
      ? null
      : decideStep(
          { runtime, packs: this.#rules.packs, switches: [], clockCertain: true },
          { ...step, creditor: row.creditor },
          row,
          accounts,
          now,
        )
  }

  /** A rung recorded before in the same pass keeps its first record. */
  #recordRung(
    record: RecipientPlan['records'][number],
    plan: RecipientPlan,
    owed: readonly (SimulatedReminder | null)[],
    now: Instant,
  ): void {
    const { accountId, rung, pass } = record
    const account = this.#recipient.planning.accounts.find(({ id }) => id === accountId)
    if (account === undefined || account.handled.some((h) => h.rung === rung && h.pass === pass)) return
    account.handled.push({ rung, pass, state: record.outcome, at: record.at })
    if (record.outcome === 'skipped')
      return this.#emit({ kind: 'left-out', at: now, rung, reason: record.reason ?? 'stale' })
    const carrier = carrierOf(record, plan)
    if (carrier?.kind === 'reminder') owed[carrier.index]?.steps.push({ accountId, rung, pass })
  }

  /** Null: it was owed before. */
  #owe(owed: OwedReminder, follows: SimulatedReminder | null, now: Instant): SimulatedReminder | null {
    if (this.#owed.has(owed.uniqueKey)) return null
    this.#owed.add(owed.uniqueKey)
    const reminder = newlyOwed(owed)
    this.#recipient.waiting.push(reminder)
    this.#emit({ kind: 'owed', at: now, reminder, follows })
    return reminder
  }

  #dispatch(reminder: SimulatedReminder, now: Instant): void {
    const asked = decideSimulated(this.#recipient, reminder, this.#rules, now)
    if (asked.decided.goes && asked.address !== null)
      this.#send(reminder, asked.decided, asked.address, asked.facts, now)
    else this.#waitOrEnd(reminder, asked.decided.decision, now)
  }

  #waitOrEnd(reminder: SimulatedReminder, decision: Decision, now: Instant): void {
    const signature = signatureOf(decision)
    if (reminder.decidedAs !== signature) this.#emit({ kind: 'decided', at: now, reminder, decision })
    reminder.decidedAs = signature
    const after = afterDecision(decision, now, reminder.expiresAt)
    reminder.nextAt = after.nextAt
    if (after.status === 'scheduled') return
    this.#drop(reminder)
    this.#emit({ kind: 'ended', at: now, reminder, as: after.status, reason: after.endReason })
    if (after.status === 'refused' && after.endReason !== null) this.#fallBack(reminder, after.endReason, now)
  }

  /** Each send is an event of its own, even if it repeats the last decision. */
  #send(
    reminder: SimulatedReminder,
    { decision, words, comparable }: Sending,
    address: RecipientAddress,
    facts: SimulatedDecision['facts'],
    now: Instant,
  ): void {
    this.#emit({ kind: 'decided', at: now, reminder, decision })
    reminder.decidedAs = signatureOf(decision)
    this.#drop(reminder)
    reminder.tries++
    const attempt = { reminderId: this.#nameOf(reminder), attemptNo: reminder.tries }
    const { contact: outcome } = settlementOf(
      { ...attempt, reservedAt: now },
      reminder.channel,
      { kind: 'accepted', reference: '' },
      0,
      now,
      0,
    ).entry
    const contact = recordContact(this.#recipient, reminder, address, outcome ?? 'sent', now)
    this.#remember(comparable, now)
    for (const { afterMs, word } of this.#rules.receipts(reminder.channel, attempt))
      this.#receipts.push({ at: now + afterMs, contact, reminder, word })
    this.#emit({ kind: 'sent', at: now, reminder, decision, facts, weight: words.weight })
  }

  /** Keeps this message and the earlier ones that a later message may still repeat. */
  #remember(comparable: Sending['comparable'], now: Instant): void {
    if (comparable === null) return
    this.#recipient.earlier = [
      ...this.#recipient.earlier.filter(({ at }) => at.getTime() > now - this.#rules.sameWordsWithin),
      comparable,
    ]
  }

  #applyReceipt({ contact, reminder, word }: AwaitedReceipt, now: Instant): void {
    const meaning = receiptMeaning(reminder.channel, word)
    recordReceipt(this.#recipient, contact, reminder, meaning, now)
    if (meaning.reminder === 'failed')
      this.#emit({ kind: 'ended', at: now, reminder, as: 'failed', reason: meaning.endReason })
    if (meaning.fallBack) this.#fallBack(reminder, 'provider_refused', now)
  }

  #fallBack(failed: SimulatedReminder, reason: string, now: Instant): void {
    const { row, planning, accounts } = this.#recipient
    const lead = accounts[failed.accounts.find((account) => account.lead)?.accountId ?? '']
    if (lead === undefined) return
    const next = nextOnFallback(
      { ...failed, recipientId: row.id },
      reason,
      now,
      routeIdFor(this.#rules.routes, routeCriteria(this.#rules, planning, lead)),
    )
    if (next !== null) this.#owe(next, failed, now)
  }

  #drop(reminder: SimulatedReminder): void {
    this.#recipient.waiting.splice(this.#recipient.waiting.indexOf(reminder), 1)
  }

  /** As `reminderName` names it in the ledger: the same in every run, so that the same seed draws the same outcomes. */
  #nameOf({ origin, rung, channel, tone, dueAt }: SimulatedReminder): string {
    const { row, name } = this.#recipient
    return [row.creditor, name, origin, rung, channel, tone, Math.round(dueAt / 1000)]
      .filter((part) => part !== null)
      .join('/')
  }

  #emit(event: RecipientEvent): void {
    this.#onEvent({ ...event, recipient: this.#recipient })
  }
}

type Sending = Extract<SimulatedDecision['decided'], { goes: true }>

/** An event without its recipient, which is always the same here. */
type RecipientEvent = SimulatedEvent extends infer Event
  ? Event extends SimulatedEvent
    ? Omit<Event, 'recipient'>
    : never
  : never

/** Removes the matching items from a list and returns them in order. */
function take<T>(list: T[], matches: (item: T) => boolean): T[] {
  const taken = list.filter(matches)
  for (const item of taken) list.splice(list.indexOf(item), 1)
  return taken
}
