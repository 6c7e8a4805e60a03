import type { Kysely, Transaction } from 'kysely'
import type { Config } from '../config/config.ts'
import type { CompiledPack } from '../decide/packs.ts'
import type { Decision, Objection, ObjectionCode } from '../model/decision.ts'
import type { Facts } from '../model/facts.ts'
import { HAND_OFF_RUNG } from '../model/ladder.ts'
import { type Instant, MINUTE } from '../model/time.ts'
import type { Channel, Kind, Tone } from '../model/vocabulary.ts'
import { daysPastDue } from '../plan/book-time.ts'
import { planRecipient } from '../plan/plan-recipient.ts'
import type { AccountToPlan, BarredStep, RecipientPlan, RecipientToPlan, PlannedStep } from '../plan/recipient-plan.ts'
import { type RecipientForDecision, readRecipients } from '../record/dispatch/decision-inputs.ts'
import type { Locked } from '../record/locks.ts'
import type { Database } from '../record/schema.ts'
import { type ActiveSwitch, activeSwitches } from '../record/switches.ts'
import { accountsOfTasks, openSteps, type TaskAccount, type TaskRow, withdrawOpen } from '../record/tasks.ts'
import { callInFlight, chooseAddress, composeFacts, decideForCall, outsideTestAddresses } from './dispatch/facts.ts'
import { closedBy } from './dispatch/switch-board.ts'
import { PersonalData } from './personal-data.ts'
import type { Runtime } from './runtime.ts'

type DecidedTask = Pick<
  TaskRow,
  | 'id'
  | 'creditor'
  | 'recipient_id'
  | 'account_ids'
  | 'kind'
  | 'step_kind'
  | 'channels'
  | 'tone'
  | 'ladder'
  | 'rung'
  | 'expires_at'
>

/**
 * May each of these tasks be worked on now? By the task's id.
 *
 * Three reads whatever their number, and one decision for each channel of each: bounded by the page that asks.
 */
export async function decideTasks(
  runtime: Runtime,
  db: Kysely<Database> | Transaction<Database>,
  packs: readonly CompiledPack[],
  tasks: readonly DecidedTask[],
  now: Instant,
  clockCertain = true,
): Promise<Map<string, StepDecision>> {
  const decided = new Map<string, StepDecision>()
  if (tasks.length === 0) return decided
  const recipients = await readRecipients(db, [...new Set(tasks.map((task) => task.recipient_id))], now)
  const accounts = await accountsOfTasks(
    db,
    tasks.flatMap((task) => task.account_ids),
  )
  const rules = { runtime, packs, switches: await activeSwitches(db), clockCertain }
  for (const task of tasks) {
    const recipient = recipients.get(task.recipient_id)
    const about = task.account_ids.flatMap((id) => accounts.get(id) ?? [])
    if (recipient === undefined || about.length === 0) continue
    decided.set(
      task.id,
      decideStep(
        rules,
        {
          creditor: task.creditor,
          kind: task.step_kind,
          tone: task.tone ?? 'neutral',
          channels: task.channels,
          ladder: task.ladder,
          rung: task.rung,
          expiresAt: task.expires_at,
          isNew: false,
        },
        recipient,
        about,
        now,
      ),
    )
  }
  return decided
}

/**
 * Withdraws the open steps of these recipients that a suppression or a switch forbids for good; returns how many.
 *
 * The caller holds the recipients' locks and has written what forbids them in the same transaction, so that no agent sees one
 * without the other. What only pauses leaves a task open, and its decision says "not now". Most people have no open step, and cost one read.
 *
 * @param packs  none: the product's own promises alone are asked, and planning asks the packs soon afterwards
 */
export async function withdrawForbidden(
  runtime: Runtime,
  trx: Locked,
  recipientIds: readonly string[],
  now: Instant,
  packs: readonly CompiledPack[] = [],
): Promise<number> {
  const open = await openSteps(trx, recipientIds)
  const decided = await decideTasks(runtime, trx, packs, open, now)
  const forbidden = [...decided].filter(([, step]) => barOfTask(step)?.final === true)
  return withdrawOpen(
    trx,
    forbidden.map(([id, step]) => ({ id, reason: whyWithdrawn(step) })),
    new Date(now),
  )
}

/** An agent's step as the rules see it: an open task, or a step about to become one. */
export interface AgentStep {
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

/** May an agent's step be taken now? */
export interface StepDecision {
  /** The channel that it is about; null: nobody is contacted. */
  channel: Channel | null
  decision: Decision
  facts: Facts
}

/** What stands in the way of the step itself and not of its hour: while any of these lasts, nobody is asked to take it. */
const BARS: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>([
  'suppressed',
  'on_hold',
  'payment_pending',
  'facts_conflict',
  'switched_off',
  'account_closed',
])

/** Under which rules and switches, and with which knowledge, steps are decided. */
interface StepRules {
  /** `vault` opens numbers, to be compared with `delivery.onlyTo` where that is set; absent: none is opened. */
  runtime: {
    config: { creditors: Config['creditors']; delivery: Pick<Config['delivery'], 'onlyTo'> }
    vault?: Runtime['vault']
  }
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
export function decideStep(
  rules: StepRules,
  step: AgentStep,
  recipient: RecipientForDecision,
  accounts: readonly TaskAccount[],
  now: Instant,
): StepDecision {
  const open = accounts.filter((account) => account.state === 'open')
  const about = open.length > 0 ? open : accounts
  const channels: readonly (Channel | null)[] = step.channels.length > 0 ? reachable(step.channels, recipient) : [null]
  const decided = channels.map((channel): StepDecision => {
    const facts = factsOf(rules, step, channel, recipient, about, now)
    const { decision } = decideForCall(facts, rules.packs, now)
    return { channel, facts, decision: channel === null ? onlyBars(decision) : decision }
  })
  return decided.reduce((best, other) => (sooner(other.decision, best.decision) ? other : best))
}

/** The channels on which the recipient has an own address; all if there is none, because an agent has to find one. */
function reachable(channels: readonly Channel[], recipient: RecipientForDecision): readonly Channel[] {
  const own = channels.filter((channel) => chooseAddress(recipient, { channel }) !== null)
  return own.length > 0 ? own : channels
}

/** What keeps a step from being given out; null: nothing, though its hour may not have come. */
interface Bar {
  reason: Objection
  /** When everything that bars it has ended; null: not known. */
  until: Instant | null
  /** A stop without an end, or a switch that stops: an open task is withdrawn. */
  final: boolean
}

function barOfTask({ decision, facts }: StepDecision): Bar | null {
  const reasons = decision.reasons.filter(({ code }) => BARS.has(code))
  const [reason] = reasons
  if (reason === undefined) return null
  const open = reasons.some(({ until }) => until === null)
  return {
    reason,
    until: open ? null : Math.max(...reasons.map(({ until }) => until ?? 0)),
    final:
      reasons.some(({ code, until }) => code === 'suppressed' && until === null) ||
      facts.system?.switchedOff === 'stopped',
  }
}

/** In a word that timelines show: the stop's reason, the event that stops, or `switched_off`. */
function whyWithdrawn({ facts, decision }: StepDecision): string {
  if (!decision.reasons.some(({ code }) => code === 'suppressed')) return 'switched_off'
  const standing = facts.suppressions.filter(({ until }) => until === null)
  return (
    (standing.find(({ scope }) => scope === 'all') ?? standing[0])?.reason ??
    facts.events?.findLast(({ type }) => ['deceased', 'attorney', 'bankruptcy', 'identity-fraud'].includes(type))
      ?.type ??
    'suppressed'
  )
}

function factsOf(
  { runtime, switches, clockCertain }: StepRules,
  step: AgentStep,
  channel: Channel | null,
  recipient: RecipientForDecision,
  accounts: readonly TaskAccount[],
  now: Instant,
): Facts {
  const creditor = runtime.config.creditors.get(step.creditor)
  const address = channel === null ? null : chooseAddress(recipient, { channel })
  const onlySome = runtime.config.delivery.onlyTo.length > 0
  const to =
    onlySome && runtime.vault !== undefined && address !== null
      ? new PersonalData(runtime.vault, recipient).address(address)
      : null
  const closed = accounts.map((account) =>
    closedBy(
      switches,
      {
        creditor: step.creditor,
        product: account.product,
        jurisdiction: recipient.jurisdiction,
        channel,
        route: null,
        template: null,
        ladder: step.ladder,
        rung: step.rung,
      },
      step.isNew ? 'new' : 'on-its-way',
    ),
  )
  return composeFacts({
    reminder: {
      channel: channel ?? 'phone',
      tone: step.tone,
      kind: step.kind,
      mode: 'agent',
      expiresAt: step.expiresAt,
      dueAt: null,
    },
    recipient:
      channel === null
        ? { ...recipient, suppressions: recipient.suppressions.filter(({ scope }) => scope === 'all') }
        : recipient,
    accounts,
    address,
    daysPastDue: accounts.map((account) => daysPastDue(account, creditor?.bookZone ?? 'UTC', now)),
    freshForMs: creditor?.freshFor ?? null,
    pending: [],
    system: {
      testMode:
        channel !== null &&
        (accounts.some((account) => !account.live) || (onlySome && outsideTestAddresses(runtime, to))),
      switchedOff: closed.includes('stopped') ? 'stopped' : closed.includes('paused') ? 'paused' : null,
      clockUncertain: !clockCertain,
      routeProblem: null,
      notRegistered: false,
      phoneInFlight: channel === 'phone' && callInFlight(recipient),
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
  RANK[a.verdict] < RANK[b.verdict] ||
  (a.verdict === 'defer' && b.verdict === 'defer' && (a.until ?? Infinity) < (b.until ?? Infinity))

/** How soon to check again whether a step that a switch keeps back may be given out: no event says so. */
const ASK_AGAIN_MS = 15 * MINUTE

/** Is anything in this plan for a person to do? Only then have its facts to be read. */
export const hasAgentSteps = (plan: RecipientPlan): boolean => plan.tasks.length + plan.handOffProposals.length > 0

/**
 * What is to be done for this person, when nobody is asked for a step that stops, pauses or switches forbid?
 *
 * Every step for a person that the plan gives out is decided by itself, for each of its accounts: what may not be given out
 * waits, until it is stale and recorded so, and the others go without it.
 *
 * @param plan    the plan of the same person at the same instant, of which nothing was asked yet
 * @param decide  the decision on a step about one account
 */
export function planAllowed(
  plan: RecipientPlan,
  recipient: RecipientToPlan,
  now: Instant,
  decide: (accountId: string, step: Omit<AgentStep, 'creditor'>) => StepDecision | null,
): RecipientPlan {
  const steps = [
    ...plan.tasks.flatMap((task) => task.steps),
    ...plan.handOffProposals.map(({ accountId }) => handOff(accountId)),
  ]
  const barred = new Map<string, BarredStep[]>()
  for (const step of steps) {
    const { accountId, rung, kind, tone, channels } = step
    const ladder = recipient.accounts.find(({ id }) => id === accountId)?.ladder.id ?? null
    const decided = decide(accountId, { kind, tone, channels, ladder, rung, expiresAt: null, isNew: true })
    const bar = decided === null ? null : barOfTask(decided)
    if (bar === null) continue
    const until = bar.reason.code === 'switched_off' ? now + ASK_AGAIN_MS : bar.until
    barred.set(accountId, [...(barred.get(accountId) ?? []), { rung, until }])
  }
  if (barred.size === 0) return plan
  return planRecipient(
    {
      ...recipient,
      accounts: recipient.accounts.map((account): AccountToPlan => ({
        ...account,
        barred: barred.get(account.id) ?? [],
      })),
    },
    now,
  )
}

const handOff = (accountId: string): PlannedStep => ({
  accountId,
  rung: HAND_OFF_RUNG,
  kind: 'reminder',
  tone: 'neutral',
  channels: [],
})
