import type { Config } from '../../config/config.ts'
import type { CompiledPack } from '../../decide/compiled-pack.ts'
import type { Channel } from '../../model/channel.ts'
import type { Decision, Objection, ObjectionCode } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import type { Kind } from '../../model/kind.ts'
import type { Tone } from '../../model/tone.ts'
import { daysPastDue } from '../../plan/days-past-due.ts'
import type { TaskAccount } from '../../record/accepting/tasks.ts'
import type { PersonRow } from '../../record/dispatch/decision-inputs.ts'
import type { ActiveSwitch } from '../../record/dispatch/switches.ts'
import { chooseAddress, composeFacts } from '../dispatch/compose-facts.ts'
import { decideForCall } from '../dispatch/decide-for-call.ts'
import { closedBy } from '../dispatch/switch-board.ts'
import { callInFlight, outsideTestAddresses } from '../dispatch/system-facts.ts'
import { PersonalData } from '../personal-data.ts'
import type { Shell } from '../shell.ts'

/** What a person is to do, as far as rules ask: a task that is open, or a step about to become one. */
export interface StepForPerson {
  creditor: string
  kind: Kind
  tone: Tone
  /** In order of preference; empty: nobody is contacted by it (a check, a proposed hand-off). */
  channels: readonly Channel[]
  ladder: string | null
  rung: string | null
  expiresAt: Date | null
  /** It is not given out yet: a switch that drains lets those go on that are. */
  isNew: boolean
}

/** May a step for a person be taken now? */
export interface StepDecision {
  /** The channel that it is about; null: nobody is contacted. */
  channel: Channel | null
  decision: Decision
  facts: Facts
}

/** What stands in the way of the step itself and not of its hour: while any of these lasts, nobody is asked to take it. */
const BARS: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>(['suppressed', 'on_hold', 'payment_pending', 'facts_conflict', 'switched_off', 'account_closed'])

/** Under which rules and switches, and with which knowledge, steps are decided. */
export interface StepRules {
  /** `vault` opens numbers, to be compared with `delivery.onlyTo` where that is set; absent: none is opened. */
  shell: { config: { creditors: Config['creditors']; delivery: Pick<Config['delivery'], 'onlyTo'> }; vault?: Shell['vault'] }
  packs: readonly CompiledPack[]
  switches: readonly ActiveSwitch[]
  clockCertain: boolean
}

/**
 * May this step be taken now, until when, or why not?
 *
 * The same decision as a call of our own or a permit gets, from the same facts. Of several channels the one that may be used
 * first is answered. A step that contacts nobody is kept back by stops of the whole person, pauses and switches alone.
 *
 * @param accounts  those that it is about; closed ones are left out while any is open
 */
export function decideStep(rules: StepRules, step: StepForPerson, person: PersonRow, accounts: readonly TaskAccount[], now: Instant): StepDecision {
  const open = accounts.filter((account) => account.state === 'open')
  const about = open.length > 0 ? open : accounts
  const channels: readonly (Channel | null)[] = step.channels.length > 0 ? reachable(step.channels, person) : [null]
  const decided = channels.map((channel): StepDecision => {
    const facts = factsOf(rules, step, channel, person, about, now)
    const { decision } = decideForCall(facts, rules.packs, now)
    return { channel, facts, decision: channel === null ? onlyBars(decision) : decision }
  })
  return decided.reduce((best, other) => (sooner(other.decision, best.decision) ? other : best))
}

/** Those on which the person has an address of their own; all where there is none, for then somebody has to find one. */
function reachable(channels: readonly Channel[], person: PersonRow): readonly Channel[] {
  const own = channels.filter((channel) => chooseAddress(person, { channel }) !== null)
  return own.length > 0 ? own : channels
}

/** What keeps a step from being given out; null: nothing, though its hour may not have come. */
export interface Bar {
  reason: Objection
  /** When all that bars it has ended; null: nobody knows. */
  until: Instant | null
  /** A stop without an end, or a switch that stops: an open task is withdrawn. */
  final: boolean
}

export function barOf({ decision, facts }: StepDecision): Bar | null {
  const reasons = decision.reasons.filter(({ code }) => BARS.has(code))
  const [reason] = reasons
  if (reason === undefined) return null
  const open = reasons.some(({ until }) => until === null)
  return {
    reason, until: open ? null : Math.max(...reasons.map(({ until }) => until ?? 0)),
    final: reasons.some(({ code, until }) => code === 'suppressed' && until === null) || facts.system?.switchedOff === 'stopped',
  }
}

/** In a word that timelines show: the stop's reason, the event that stops, or `switched_off`. */
export function whyWithdrawn({ facts, decision }: StepDecision): string {
  if (!decision.reasons.some(({ code }) => code === 'suppressed')) return 'switched_off'
  const standing = facts.suppressions.filter(({ until }) => until === null)
  return (standing.find(({ scope }) => scope === 'all') ?? standing[0])?.reason
    ?? facts.events?.findLast(({ type }) => ['deceased', 'attorney', 'bankruptcy', 'identity-fraud'].includes(type))?.type ?? 'suppressed'
}

function factsOf(
  { shell, switches, clockCertain }: StepRules, step: StepForPerson, channel: Channel | null, person: PersonRow, accounts: readonly TaskAccount[], now: Instant,
): Facts {
  const creditor = shell.config.creditors.get(step.creditor)
  const address = channel === null ? null : chooseAddress(person, { channel })
  const onlySome = shell.config.delivery.onlyTo.length > 0
  const to = onlySome && shell.vault !== undefined && address !== null ? new PersonalData(shell.vault, person).address(address) : null
  const closed = accounts.map((account) => closedBy(switches, {
    creditor: step.creditor, product: account.product, jurisdiction: person.jurisdiction, channel, route: null, template: null, ladder: step.ladder, rung: step.rung,
  }, step.isNew ? 'new' : 'on-its-way'))
  return composeFacts({
    reminder: { channel: channel ?? 'phone', tone: step.tone, kind: step.kind, mode: 'agent', expiresAt: step.expiresAt, dueAt: null },
    person: channel === null ? { ...person, suppressions: person.suppressions.filter(({ scope }) => scope === 'all') } : person,
    accounts, address, daysPastDue: accounts.map((account) => daysPastDue(account, creditor?.bookZone ?? 'UTC', now)),
    freshForMs: creditor?.freshFor ?? null, pending: [],
    system: {
      testMode: channel !== null && (accounts.some((account) => !account.live) || (onlySome && outsideTestAddresses(shell, to))),
      switchedOff: closed.includes('stopped') ? 'stopped' : closed.includes('paused') ? 'paused' : null,
      clockUncertain: !clockCertain, routeProblem: null, notRegistered: false,
      phoneInFlight: channel === 'phone' && callInFlight(person),
    },
  })
}

function onlyBars(decision: Decision): Decision {
  const reasons = decision.reasons.filter(({ code }) => BARS.has(code))
  if (reasons.length === 0) return { ...decision, verdict: 'send', until: null, reasons }
  if (reasons.some(({ until }) => until === null)) return { ...decision, verdict: 'refuse', until: null, reasons }
  return { ...decision, verdict: 'defer', until: Math.max(...reasons.map(({ until }) => until ?? 0)), reasons }
}

const RANK = { send: 0, defer: 1, refuse: 2 } as const

const sooner = (a: Decision, b: Decision): boolean =>
  RANK[a.verdict] < RANK[b.verdict] || (a.verdict === 'defer' && b.verdict === 'defer' && (a.until ?? Infinity) < (b.until ?? Infinity))
