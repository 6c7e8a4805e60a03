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
 * Three reads for any number of tasks, and one decision per channel of each task; the caller's page size bounds the work.
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
 * The caller holds the recipients' locks and has recorded the suppression or switch in the same transaction, so that no agent
 * sees one without the other. A hold or a paused switch leaves the task open; its decision then says "not now". Most recipients
 * have no open step, and cost one read.
 *
 * @param packs  empty: only the built-in invariants are evaluated here; planning evaluates the packs soon afterwards
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
  /** In order of preference; empty: the step contacts no one (a check, a proposed hand-off). */
  channels: readonly Channel[]
  ladder: string | null
  rung: string | null
  expiresAt: Date | null
  /** Not yet a task: a draining switch blocks new steps and lets existing tasks go on. */
  isNew: boolean
}

/** May an agent's step be taken now? */
export interface StepDecision {
  /** The channel that was decided; null: the step contacts no one. */
  channel: Channel | null
  decision: Decision
  facts: Facts
}

/** Objections to the step itself, not to its time of day: while one of them lasts, no task is created for the step. */
const BARS: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>([
  'suppressed',
  'on_hold',
  'payment_pending',
  'facts_conflict',
  'switched_off',
  'account_closed',
])

/** The rules and switches by which steps are decided. */
interface StepRules {
  /** `vault` decrypts numbers for the comparison with `delivery.onlyTo`, where that is set; absent: none is decrypted. */
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
 * Made like the decision on a call of our own or on a permit, from the same facts. With several channels, the result is for
 * the one that may be used first. A step that contacts no one is barred only by suppressions of the whole recipient, holds
 * and switches.
 *
 * @param accounts  the step's accounts; closed ones are left out while any is open
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

/** The channels on which the recipient has an address of their own; without any, all channels: the agent has to find an address. */
function reachable(channels: readonly Channel[], recipient: RecipientForDecision): readonly Channel[] {
  const own = channels.filter((channel) => chooseAddress(recipient, { channel }) !== null)
  return own.length > 0 ? own : channels
}

/** Why a step may not become a task, regardless of the time of day. */
interface Bar {
  reason: Objection
  /** When the last of its bars ends; null: not known. */
  until: Instant | null
  /** A suppression without an end, or a switch in state `stopped`: an open task is withdrawn. */
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

/** The code that timelines show: the reason of the suppression, the event that suppresses, or `switched_off`. */
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

/** When to check again a step that a switch bars: lifting a switch wakes the planner only for tasks that were withdrawn. */
const RECHECK_MS = 15 * MINUTE

/** Does this plan have steps for agents? Only then must the facts for deciding them be read. */
export const hasAgentSteps = (plan: RecipientPlan): boolean => plan.tasks.length + plan.handOffProposals.length > 0

/**
 * What does the plan of this recipient become without the agents' steps that a suppression, a hold or a switch bars?
 *
 * Each agent's step of the plan is decided by itself, for each of its accounts. A barred step waits until the bar ends or the
 * step is stale, which is recorded; the other steps become tasks without it.
 *
 * @param plan    the plan of the same recipient at the same instant, with all steps
 * @param decide  decides a step about one account
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
    const until = bar.reason.code === 'switched_off' ? now + RECHECK_MS : bar.until
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
