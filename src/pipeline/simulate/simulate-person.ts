import { daysPastDue } from '../../plan/days-past-due.ts'
import type { PersonPlan, PlannedReminder } from '../../plan/person-plan.ts'
import { planPerson } from '../../plan/plan-person.ts'
import type { DeliveryWord } from '../../model/outcome.ts'
import type { Instant } from '../../model/instant.ts'
import type { Decision } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import { compareTones } from '../../model/tone.ts'
import type { AccountRow, PersonAddress, PersonContact } from '../../record/dispatch/decision-inputs.ts'
import { chooseRoute } from '../choose-route.ts'
import { concernsChannel } from '../concerns-channel.ts'
import { chooseAddress, composeFacts } from '../dispatch/compose-facts.ts'
import { decideForCall } from '../dispatch/decide-for-call.ts'
import { afterDecision, signatureOf } from '../dispatch/next-step.ts'
import { settlementOf } from '../dispatch/settlement.ts'
import { callInFlight } from '../dispatch/system-facts.ts'
import { NO_ROUTE } from '../no-route.ts'
import { receiptMeaning } from '../receipt-meaning.ts'
import { serveChannels } from '../serve-channels.ts'
import { decideStep, type StepDecision, type StepForPerson } from '../tasks/decide-steps.ts'
import { planAllowed } from '../tasks/plan-allowed.ts'
import { toPlan } from '../to-plan.ts'
import { holdsThatEnd, lapse, nextHoldEnd } from './lapsing-holds.ts'
import { payOff } from './pay-off.ts'
import type { Tell } from './simulated-event.ts'
import type { SimulatedPerson, SimulatedReminder } from './simulated-person.ts'
import type { SimulatedPeriod, SimulationRules } from './simulation-rules.ts'

/** Far more rounds than one instant can need; beyond it something goes in circles, and saying so beats hanging. */
const MOST_ROUNDS = 100

interface Awaited {
  at: Instant
  contact: PersonContact
  reminder: SimulatedReminder
  word: DeliveryWord
}

/**
 * What would become of this person in this time?
 *
 * Goes from one instant at which something happens to the next, and does there what the sweeper, the
 * planner and the dispatcher would do, with the functions that they use: `planPerson`, `decide`,
 * `afterDecision`, `receiptMeaning`. Balances are taken to be renewed every night, so none goes stale;
 * operators' switches are taken to be open. The person is changed.
 */
export function simulatePerson(person: SimulatedPerson, rules: SimulationRules, period: SimulatedPeriod, tell: Tell): void {
  new Life(person, rules, tell).live(period)
}

class Life {
  readonly #person: SimulatedPerson
  readonly #rules: SimulationRules
  readonly #tell: Tell
  readonly #payments: { at: Instant; accountId: string }[]
  #planAt: Instant | null = -Infinity
  #receipts: Awaited[] = []
  /** Steps that were owed once, as the ledger's unique key has them. */
  readonly #owed = new Set<string>()

  constructor(person: SimulatedPerson, rules: SimulationRules, tell: Tell) {
    this.#person = person
    this.#rules = rules
    this.#tell = tell
    this.#payments = person.planning.accounts.flatMap(({ id }) => {
      const at = rules.paysAt(person, id)
      return at === null ? [] : [{ at, accountId: id }]
    })
    for (const reminder of person.waiting) this.#owed.add(this.#keyOf(reminder))
  }

  live({ from, to }: SimulatedPeriod): void {
    for (let at = from; at < to; at = Math.max(this.#next(), from)) this.#happen(at)
  }

  #next(): Instant {
    let next = this.#planAt ?? Infinity
    for (const { nextAt } of this.#person.waiting) next = Math.min(next, nextAt)
    for (const { at } of this.#receipts) next = Math.min(next, at)
    for (const { at } of this.#payments) next = Math.min(next, at)
    return Math.min(next, nextHoldEnd(this.#person))
  }

  #happen(now: Instant): void {
    for (const { accountId } of take(this.#payments, ({ at }) => at <= now)) this.#pay(accountId, now)
    for (const awaited of take(this.#receipts, ({ at }) => at <= now)) this.#hear(awaited, now)
    for (const hold of holdsThatEnd(this.#person, now)) {
      lapse(this.#person, hold)
      this.#planAt = now
    }
    for (let round = 0; ; round++) {
      if (round > MOST_ROUNDS) throw new RangeError(`there is no end of work at ${new Date(now).toISOString()}`)
      const planned = this.#planAt !== null && this.#planAt <= now
      if (planned) this.#plan(now)
      const due = this.#person.waiting.filter(({ nextAt }) => nextAt <= now).sort((a, b) => a.dueAt - b.dueAt)
      for (const reminder of due) this.#dispatch(reminder, now)
      if (!planned && due.length === 0) return
    }
  }

  #pay(accountId: string, now: Instant): void {
    const { cancelled, known } = payOff(this.#person, accountId, now)
    if (!known) return
    this.#tell({ kind: 'paid', at: now, person: this.#person, accountId })
    for (const reminder of cancelled) this.#tell({ kind: 'ended', at: now, person: this.#person, reminder, as: 'cancelled', reason: 'cured' })
    this.#planAt = now
  }

  #plan(now: Instant): void {
    const { planning, row, waiting } = this.#person
    for (const account of planning.accounts) {
      const about = waiting.filter((reminder) => reminder.accounts.some((link) => link.accountId === account.id))
      account.nextMessageAt = about.length === 0 ? null : Math.min(...about.map((reminder) => reminder.nextAt))
    }
    const input = toPlan(planning, this.#rules.creditors.get(planning.creditor), this.#rules.ladderOf)
    const plan = planAllowed(planPerson(input, now), input, now, (accountId, step) => this.#decideStep(accountId, step, now))
    const owed = plan.reminders.map((planned) => this.#owe(planned))
    for (const record of plan.records) {
      const account = planning.accounts.find(({ id }) => id === record.accountId)
      if (account === undefined || account.handled.some((h) => h.rung === record.rung && h.pass === record.pass)) continue
      account.handled.push({ rung: record.rung, pass: record.pass, state: record.outcome, at: record.at })
      if (record.outcome === 'skipped') {
        this.#tell({ kind: 'left-out', at: now, person: this.#person, rung: record.rung, reason: record.reason ?? 'stale' })
      } else if (!isForPerson(record, plan)) {
        owed.find((reminder) => reminder?.accounts.some(({ accountId }) => accountId === record.accountId))?.steps.push({ accountId: record.accountId, rung: record.rung, pass: record.pass })
      }
    }
    for (const task of plan.tasks) this.#tell({ kind: 'step-for-person', at: now, person: this.#person, rung: task.rung })
    for (const _ of plan.handOffProposals) this.#tell({ kind: 'hand-off-proposed', at: now, person: this.#person })
    if (plan.caughtUpOn !== null) planning.caughtUpOn = row.caughtUpOn = plan.caughtUpOn
    const looks = plan.accounts.flatMap(({ nextLookAt }) => (nextLookAt === null ? [] : [nextLookAt]))
    this.#planAt = looks.length === 0 ? null : Math.min(...looks)
  }

  /** As planning asks it; operators' switches are taken to be open. */
  #decideStep(accountId: string, step: Omit<StepForPerson, 'creditor'>, now: Instant): StepDecision | null {
    const { row, planning } = this.#person
    const spellId = planning.accounts.find(({ id }) => id === accountId)?.spellId ?? null
    const accounts = this.#accountRow({ accountId, spellId, pass: 1, lead: true }, now).map((account) => ({ ...account, live: true }))
    const shell = { config: { creditors: this.#rules.creditors, delivery: { onlyTo: [] } } }
    return accounts.length === 0 ? null : decideStep({ shell, packs: this.#rules.packs, switches: [], clockCertain: true }, { ...step, creditor: row.creditor }, row, accounts, now)
  }

  #owe(planned: PlannedReminder): SimulatedReminder | null {
    const { planning, waiting } = this.#person
    const account = (id: string) => planning.accounts.find((a) => a.id === id) as (typeof planning.accounts)[number]
    const lead = account(planned.leadAccountId)
    const served = serveChannels(this.#rules.routes, { creditor: planning.creditor, product: lead.product, role: lead.role, jurisdictions: this.#jurisdictions() }, planned.channels)
    if (served === null) return null
    const reminder: SimulatedReminder = {
      ...served, tone: planned.tone, kind: planned.kind, mode: planned.mode, template: planned.template, rung: planned.rung,
      dueAt: planned.dueAt, nextAt: planned.dueAt, expiresAt: new Date(planned.expiresAt), tries: 0, decidedAs: null, steps: [],
      accounts: planned.accountIds.map((id) => ({ accountId: id, spellId: account(id).spellId, pass: account(id).pass, lead: id === planned.leadAccountId })),
    }
    const key = this.#keyOf(reminder)
    if (this.#owed.has(key)) return null
    this.#owed.add(key)
    waiting.push(reminder)
    return reminder
  }

  #keyOf(reminder: SimulatedReminder): string {
    return `${reminder.rung}|${reminder.channel}|${reminder.accounts.map((a) => `${a.accountId}/${a.spellId}/${a.pass}`).sort().join('|')}`
  }

  #jurisdictions(): string[] {
    const { jurisdiction } = this.#person.planning
    return jurisdiction === null ? [] : [jurisdiction]
  }

  #dispatch(reminder: SimulatedReminder, now: Instant): void {
    const { row } = this.#person
    const creditor = this.#rules.creditors.get(row.creditor)
    const accounts = reminder.accounts.flatMap((link) => this.#accountRow(link, now))
    const dpd = accounts.map((account) => daysPastDue(account, creditor?.bookZone ?? 'UTC', now))
    const address = chooseAddress(row, reminder)
    const routeProblem = reminder.route === NO_ROUTE ? `no route serves ${reminder.channel} here` : address === null ? `no address of the person's own for ${reminder.channel}` : null
    const facts = composeFacts({
      reminder: { ...reminder, dueAt: new Date(reminder.dueAt) }, person: row, accounts, address, daysPastDue: dpd, freshForMs: creditor?.freshFor ?? null, pending: [],
      carries: this.#rules.carries(reminder, row, creditor), smsLine: { line: null, smsToLandlines: this.#rules.smsToLandlines ?? [] },
      system: {
        testMode: false, switchedOff: null, clockUncertain: false, routeProblem, notRegistered: false,
        phoneInFlight: reminder.channel === 'phone' && callInFlight(row),
      },
    })
    const { decision } = decideForCall(facts, this.#rules.packs, now)
    if (decision.verdict !== 'send' || creditor === undefined || address === null) return this.#waitOrEnd(reminder, decision, now)
    const said = this.#rules.words({
      person: this.#person, reminder, creditor, accounts, daysPastDue: dpd,
      earlier: { emails: this.#emailsOut(), notices: row.events.filter((e) => e.type === 'notice').map((e) => e.at) },
    })
    if ('objection' in said) return this.#waitOrEnd(reminder, said.objection, now)
    this.#send({ reminder, accounts, address, decision, facts, weight: said.weight }, now)
  }

  /** The account as it would be read now: its balance is renewed every night. */
  #accountRow({ accountId, spellId, lead }: SimulatedReminder['accounts'][number], now: Instant): AccountRow[] {
    const account = this.#person.accounts[accountId]
    return account === undefined ? [] : [{ ...account, reminderId: '', lead, spellId, asOf: new Date(now), variables: null }]
  }

  #waitOrEnd(reminder: SimulatedReminder, decision: Decision, now: Instant): void {
    this.#decided(reminder, decision, now, false)
    const after = afterDecision(decision, now, reminder.expiresAt.getTime())
    reminder.nextAt = after.nextAt
    if (after.status === 'scheduled') return
    this.#drop(reminder)
    this.#tell({ kind: 'ended', at: now, person: this.#person, reminder, as: after.status, reason: after.endReason })
    if (after.status === 'refused' && after.endReason !== null) this.#fallBack(reminder, after.endReason, now)
  }

  #send(
    sent: { reminder: SimulatedReminder; accounts: readonly AccountRow[]; address: PersonAddress; decision: Decision; facts: Facts; weight: number }, now: Instant,
  ): void {
    const { reminder, accounts, address, decision, facts, weight } = sent
    const { row, planning, name } = this.#person
    this.#decided(reminder, decision, now, true)
    this.#drop(reminder)
    reminder.tries++
    const attempt = { reminderId: `${row.creditor}/${name}/ladder/${reminder.rung}/${reminder.channel}/${reminder.tone}/${Math.round(reminder.dueAt / 1000)}`, attemptNo: reminder.tries }
    const { contact: outcome } = settlementOf(attempt, reminder.channel, { kind: 'accepted', reference: '' }, 0, now, 0).entry
    const contact: PersonContact = {
      at: now, channel: reminder.channel, direction: 'outbound', accounts: accounts.map((a) => a.id), hash: address.hash,
      outcome: outcome ?? 'sent', by: 'decorum', mode: reminder.mode, party: null, otherPerson: false,
    }
    row.contacts.push(contact)
    for (const link of reminder.accounts) {
      const account = planning.accounts.find((a) => a.spellId === link.spellId)
      if (account === undefined) continue
      account.firstMessageAt ??= now
      account.lastMessageAt = now
      if (account.lastTone === null || compareTones(reminder.tone, account.lastTone) > 0) account.lastTone = reminder.tone
    }
    if (reminder.channel === 'email') planning.lastEmailAt = Math.max(planning.lastEmailAt ?? 0, now)
    for (const { afterMs, word } of this.#rules.receipts(reminder.channel, attempt)) this.#receipts.push({ at: now + afterMs, contact, reminder, word })
    this.#tell({ kind: 'sent', at: now, person: this.#person, reminder, decision, facts, weight })
  }

  #hear({ contact, reminder, word }: Awaited, now: Instant): void {
    const { row, planning, waiting } = this.#person
    const meaning = receiptMeaning(reminder.channel, word)
    if (meaning.contact === null) row.contacts.splice(row.contacts.indexOf(contact), 1)
    else contact.outcome = meaning.contact
    if (meaning.contact === 'conversation') {
      contact.party ??= 'recipient'
      planning.lastConversationAt = Math.max(planning.lastConversationAt ?? 0, contact.at)
      for (const other of waiting) other.nextAt = Math.min(other.nextAt, now)
    }
    const emails = this.#emailsOut()
    planning.lastEmailAt = emails.length === 0 ? null : Math.max(...emails)
    if (meaning.suppress !== null) this.#stopAddress(contact, meaning.suppress, now)
    if (meaning.reminder === 'failed') this.#tell({ kind: 'ended', at: now, person: this.#person, reminder, as: 'failed', reason: meaning.endReason })
    if (meaning.fallBack) this.#fallBack(reminder, 'provider_refused', now)
  }

  #stopAddress({ hash }: PersonContact, reason: 'bad-address' | 'opt-out' | string, now: Instant): void {
    const { row, planning } = this.#person
    row.suppressions.push({ scope: 'address', channel: null, hash, reason: reason as 'bad-address', from: now, until: null })
    const usable = (address: PersonAddress) => address.relation === 'self' && !row.suppressions.some((s) => s.hash === address.hash && s.until === null)
    planning.channels = planning.channels.filter((channel) => row.addresses.some((address) => address.channel === channel && usable(address)))
  }

  /** Owes the same step on its next channel, as production does. */
  #fallBack(failed: SimulatedReminder, reason: string, now: Instant): void {
    if (!concernsChannel(reason) || failed.expiresAt.getTime() <= now) return
    const lead = this.#person.accounts[failed.accounts.find((a) => a.lead)?.accountId ?? '']
    if (lead === undefined) return
    const wish = { creditor: this.#person.row.creditor, product: lead.product, role: lead.role, jurisdictions: this.#jurisdictions() }
    const [next, ...rest] = failed.fallbackChannels.flatMap((channel) => {
      const choice = chooseRoute(this.#rules.routes, { ...wish, channel })
      return choice.ok ? [{ channel, route: choice.route.id }] : []
    })
    if (next === undefined) return
    const reminder: SimulatedReminder = { ...failed, ...next, fallbackChannels: rest.map((r) => r.channel), nextAt: now, tries: 0, decidedAs: null, steps: [] }
    const key = this.#keyOf(reminder)
    if (this.#owed.has(key)) return
    this.#owed.add(key)
    this.#person.waiting.push(reminder)
  }

  #decided(reminder: SimulatedReminder, decision: Decision, now: Instant, sends: boolean): void {
    const signature = signatureOf(decision)
    // A send is an event of its own, however often the same facts allow it.
    const repeated = !sends && reminder.decidedAs === signature
    reminder.decidedAs = signature
    if (!repeated) this.#tell({ kind: 'decided', at: now, person: this.#person, reminder, decision })
  }

  #drop(reminder: SimulatedReminder): void {
    this.#person.waiting.splice(this.#person.waiting.indexOf(reminder), 1)
  }

  #emailsOut(): Instant[] {
    return this.#person.row.contacts
      .filter((c) => c.channel === 'email' && c.direction === 'outbound' && !c.otherPerson && (c.outcome === 'sent' || c.outcome === 'delivered'))
      .map((c) => c.at)
  }
}

/** A step planned for a person: it belongs to a task and to no message. */
const isForPerson = (record: PersonPlan['records'][number], plan: PersonPlan): boolean =>
  plan.tasks.some((task) => task.steps.some((step) => step.rung === record.rung && step.accountId === record.accountId))

/** Takes out of a list what is wanted of it, in order. */
function take<T>(list: T[], wanted: (item: T) => boolean): T[] {
  const taken = list.filter(wanted)
  for (const item of taken) list.splice(list.indexOf(item), 1)
  return taken
}
