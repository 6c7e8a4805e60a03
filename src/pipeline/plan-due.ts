import type { Transaction } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { CompiledPack } from '../decide/packs.ts'
import type { Creditor } from '../model/creditor.ts'
import { type Ladder, parseLadder } from '../model/ladder.ts'
import { failureForLog } from '../model/log-events.ts'
import { REQUIRABLE_FACTS } from '../model/template.ts'
import { DAY } from '../model/time.ts'
import { carrierOf, reminderFromPlan, type RungCarrier } from '../plan/fallback.ts'
import { planRecipient } from '../plan/plan-recipient.ts'
import type { RecipientPlan, RecipientToPlan, PlannedReminder } from '../plan/recipient-plan.ts'
import { readRecipients } from '../record/dispatch/decision-inputs.ts'
import { newId } from '../record/id.ts'
import { heldBy, takeLocks } from '../record/locks.ts'
import { useGenericPlans } from '../record/pg/batch.ts'
import {
  addReminders,
  addTasks,
  clearPlanAt,
  markCaughtUp,
  type NewReminder,
  type NewTask,
  type PlanningAccount,
  planningInputs,
  type PlanningRecipient,
  recipientsDue,
  recordRungs,
  setPlanAt,
} from '../record/planning.ts'
import type { Database } from '../record/schema.ts'
import { type ActiveSwitch, activeSwitches } from '../record/switches.ts'
import { accountsOfTasks } from '../record/tasks.ts'
import { runBisecting } from './bisect.ts'
import { closedBy } from './dispatch/switch-board.ts'
import { chooseCarrier, routeCriteria } from './routing.ts'
import type { Runtime } from './runtime.ts'
import { hasAgentSteps, decideStep, planAllowed, withdrawForbidden } from './tasks.ts'

/**
 * The planner's input for one recipient.
 *
 * Planning from the ledger and the simulation share it, so that both get the same plan.
 *
 * @param creditor  undefined where the configuration no longer has it
 * @param ladderOf  the ladder that the account's spell is pinned to
 */
export function planInput(
  recipient: PlanningRecipient,
  creditor: Creditor | undefined,
  ladderOf: (account: PlanningAccount) => Ladder,
): RecipientToPlan {
  return {
    bookZone: creditor?.bookZone ?? 'UTC',
    bookCutOff: creditor?.bookCutOff ?? '00:00',
    channels: recipient.channels,
    lastCatchUpOn: recipient.caughtUpOn,
    lastConversationAt: recipient.lastConversationAt,
    suppressions: recipient.stops,
    accounts: recipient.accounts.map((account) => ({
      id: account.id,
      state: account.state,
      ladder: ladderOf(account),
      ladderVersion: account.ladderVersion,
      spell: {
        id: account.spellId,
        pass: account.pass,
        startedOn: account.startedOn,
        enteredAt: account.enteredAt,
        enteredDpd: account.enteredDpd,
        enteredBy: account.enteredBy,
      },
      dueDate: account.dueDate,
      statedDaysPastDue: account.statedDaysPastDue,
      overdueMinor: BigInt(account.overdueMinor),
      currency: account.currency,
      toleranceMinor: creditor?.doNotChaseBelow[account.currency] ?? 0n,
      graceDays: account.graceDays,
      autoDebit: account.autoDebit,
      riskBand: account.riskBand,
      handled: account.handled,
      lastToneSent: account.lastTone,
      firstMessageAt: account.firstMessageAt,
      nextMessageAt: account.nextMessageAt,
      lastMessageAt: account.lastMessageAt,
      holds: recipient.holds.filter((hold) => hold.account === null || hold.account === account.id),
      events: recipient.events.filter((event) => event.account === null || event.account === account.id),
      availableFacts: availableFacts({ ...account.factsForWords, earlierEmail: recipient.lastEmailAt }),
      notBefore: account.notBefore,
      toneCeiling: account.toneCeiling,
    })),
  }
}

/** A fact for words is known when it is stated either way; a check at the gate only when it was passed. */
function availableFacts(facts: Record<string, unknown>): string[] {
  const words: readonly string[] = REQUIRABLE_FACTS
  return Object.entries(facts)
    .filter(([name, value]) => value !== null && (value !== false || words.includes(name)))
    .map(([name]) => name)
}

/** What one pass of planning came to. */
interface PlanPass {
  recipients: number
  reminders: number
  tasks: number
  /** Recipients locked by another transaction; they are still due. */
  held: number
}

/** How long a hand-off proposal waits for an agent's decision. */
const HAND_OFF_WAITS_MS = 90 * DAY

/** Delay before a recipient whose planning failed is tried again. */
const AFTER_DEFECT_MS = 60 * 60_000

/**
 * Plans for recipients whose accounts are due for planning, up to `limit` accounts.
 *
 * Each chunk of people is one transaction under their locks: what the plan is made from
 * cannot change before the plan is written. A person that fails alone is put off and reported.
 *
 * @param packs  those in force; by them it is decided whether a person may be asked for a step. None: by the product's own promises alone
 */
export async function planDue(runtime: Runtime, limit = 200, packs: readonly CompiledPack[] = []): Promise<PlanPass> {
  const now = runtime.clock.now()
  const due = await recipientsDue(runtime.ledger.db, new Date(now), limit)
  const passes: PlanPass[] = []
  for (let start = 0; start < due.length; start += 50) {
    passes.push(
      ...(await runBisecting(
        due.slice(start, start + 50),
        async (ids) => [
          await runtime.ledger.db.transaction().execute((trx) => planRecipients(runtime, trx, ids, packs)),
        ],
        async (id, error) => {
          runtime.log.error(
            { event: 'planning.postponed', recipient: id, ...failureForLog(error) },
            'planning failed for one recipient; postponed by an hour',
          )
          await postponePlanning(runtime, id)
          return []
        },
      )),
    )
  }
  return passes.reduce(
    (sum, pass) => ({
      recipients: sum.recipients + pass.recipients,
      reminders: sum.reminders + pass.reminders,
      tasks: sum.tasks + pass.tasks,
      held: sum.held + pass.held,
    }),
    { recipients: 0, reminders: 0, tasks: 0, held: 0 },
  )
}

async function planRecipients(
  runtime: Runtime,
  opened: Transaction<Database>,
  ids: readonly string[],
  packs: readonly CompiledPack[],
): Promise<PlanPass> {
  await useGenericPlans(opened)
  const trx = await takeLocks(opened, { recipients: ids }, 'skip')
  const locked = heldBy(trx).recipients
  const now = runtime.clock.now()
  await withdrawForbidden(runtime, trx, [...locked], now, packs)
  const recipients = await planningInputs(trx, [...locked], now)
  const planned = await planAll(runtime, trx, recipients, packs, now)
  const reminders: NewReminder[] = []
  const tasks: NewTask[] = []
  const records: Parameters<typeof recordRungs>[1][number][] = []
  const looks: { accountId: string; nextLookAt: number | null }[] = []
  for (const { recipient, plan } of planned) {
    const made = writeUp(runtime, recipient, plan, now)
    reminders.push(...made.reminders)
    tasks.push(...made.tasks)
    records.push(...made.records)
    looks.push(...plan.accounts)
    if (plan.caughtUpOn !== null) await markCaughtUp(trx, recipient.id, plan.caughtUpOn)
  }
  await addReminders(trx, reminders, now)
  await addTasks(trx, tasks, now)
  await recordRungs(trx, records)
  await setPlanAt(trx, looks)
  await clearPlanAt(
    trx,
    [...locked],
    looks.map((look) => look.accountId),
    new Date(now),
  )
  return {
    recipients: recipients.length,
    reminders: reminders.length,
    tasks: tasks.length,
    held: ids.length - locked.size,
  }
}

/**
 * The plans of these recipients, with only the agents' steps that the rules allow.
 *
 * Facts are read only for plans with such steps; most plans have none.
 */
async function planAll(
  runtime: Runtime,
  trx: Transaction<Database>,
  recipients: readonly PlanningRecipient[],
  packs: readonly CompiledPack[],
  now: number,
): Promise<{ recipient: PlanningRecipient; plan: RecipientPlan }[]> {
  const switches = recipients.length === 0 ? [] : await activeSwitches(trx)
  const planned = recipients.map((recipient) => {
    const input = withSwitches(
      planInput(recipient, runtime.config.creditors.get(recipient.creditor), pinnedLadder),
      recipient,
      switches,
    )
    return { recipient, input, plan: planRecipient(input, now) }
  })
  const asking = planned.filter(({ plan }) => hasAgentSteps(plan))
  if (asking.length === 0) return planned
  const rows = await readRecipients(
    trx,
    asking.map(({ recipient }) => recipient.id),
    now,
  )
  const accounts = await accountsOfTasks(
    trx,
    asking.flatMap(({ recipient }) => recipient.accounts.map(({ id }) => id)),
  )
  const rules = { runtime, packs, switches, clockCertain: true }
  return planned.map(({ recipient, input, plan }) => {
    const row = rows.get(recipient.id)
    if (row === undefined) return { recipient, plan }
    return {
      recipient,
      plan: planAllowed(plan, input, now, (accountId, step) => {
        const account = accounts.get(accountId)
        return account === undefined
          ? null
          : decideStep(rules, { ...step, creditor: recipient.creditor }, row, [account], now)
      }),
    }
  })
}

/** Says of each account whether a switch covers all of it, so that what went stale meanwhile is recorded with that reason. */
const withSwitches = (
  input: RecipientToPlan,
  recipient: PlanningRecipient,
  switches: readonly ActiveSwitch[],
): RecipientToPlan =>
  switches.length === 0
    ? input
    : {
        ...input,
        accounts: input.accounts.map((account, i) => ({
          ...account,
          switchedOff:
            closedBy(
              switches,
              {
                creditor: recipient.creditor,
                product: recipient.accounts[i]?.product ?? null,
                jurisdiction: recipient.jurisdiction,
                channel: null,
                route: null,
                template: null,
                ladder: account.ladder.id,
                rung: null,
              },
              'new',
            ) !== null,
        })),
      }

async function postponePlanning(runtime: Runtime, recipientId: string): Promise<void> {
  const now = runtime.clock.now()
  const later = now + AFTER_DEFECT_MS
  await runtime.ledger.db.transaction().execute(async (opened) => {
    const trx = await takeLocks(opened, { recipients: [recipientId] }, 'wait')
    const [recipient] = await planningInputs(trx, [recipientId], now)
    await setPlanAt(
      trx,
      (recipient?.accounts ?? []).map((account) => ({ accountId: account.id, nextLookAt: later })),
    )
  })
}

/** Ladders are stored by version and never change, so each is parsed once. */
const pinned = new LRUCache<string, Ladder>({ max: 1_000 })

function pinnedLadder(account: PlanningAccount): Ladder {
  const key = `${account.ladder}@${account.ladderVersion}`
  const known = pinned.get(key)
  if (known !== undefined) return known
  const parsed = parseLadder(account.ladderBody)
  if (!parsed.ok)
    throw new TypeError(
      `the pinned ladder ${key} does not parse: ${parsed.faults[0]?.path} ${parsed.faults[0]?.problem}`,
    )
  pinned.set(key, parsed.ladder)
  return parsed.ladder
}

interface WrittenUp {
  reminders: NewReminder[]
  tasks: NewTask[]
  records: Parameters<typeof recordRungs>[1][number][]
}

/** The rows of a plan, with ids, routes and keys. */
function writeUp(runtime: Runtime, recipient: PlanningRecipient, plan: RecipientPlan, now: number): WrittenUp {
  const accounts = new Map(recipient.accounts.map((account) => [account.id, account]))
  const reminders = plan.reminders.map((planned) => newReminder(runtime, recipient, planned, accounts))
  const steps: NewTask[] = plan.tasks.map((task) => ({
    id: newId(),
    creditor: recipient.creditor,
    recipientId: recipient.id,
    accountIds: task.accountIds,
    kind: 'step',
    ladder: task.ladder.id,
    rung: task.rung,
    tone: task.tone,
    channels: task.channels,
    stepKind: task.kind,
    instructions: task.instructions,
    dueAt: task.dueAt,
    expiresAt: task.expiresAt,
  }))
  const handOffs: NewTask[] = plan.handOffProposals.map((proposal) => ({
    id: newId(),
    creditor: recipient.creditor,
    recipientId: recipient.id,
    accountIds: [proposal.accountId],
    kind: 'hand-off',
    ladder: proposal.ladder.id,
    rung: 'hand-off',
    tone: null,
    dueAt: proposal.proposedAt,
    expiresAt: now + HAND_OFF_WAITS_MS,
    instructions: `Decide whether to hand this account off: ${proposal.daysPastDue} days past due. Nothing is handed off by itself.`,
  }))
  const tasks = [...steps, ...handOffs]
  const records = plan.records.map((record) => {
    const carrier = carrierOf(record, plan)
    const idOf = (kind: RungCarrier['kind'], made: readonly { id: string }[]): string | null =>
      carrier?.kind === kind ? (made[carrier.index]?.id ?? null) : null
    return {
      spellId: record.spellId,
      pass: record.pass,
      rung: record.rung,
      accountId: record.accountId,
      state: record.outcome,
      reason: record.reason,
      detail: record.detail,
      at: record.at,
      reminderId: idOf('reminder', reminders),
      taskId: idOf('task', steps) ?? idOf('hand-off', handOffs),
    }
  })
  return { reminders, tasks, records }
}

function newReminder(
  runtime: Runtime,
  recipient: PlanningRecipient,
  planned: PlannedReminder,
  accounts: ReadonlyMap<string, PlanningAccount>,
): NewReminder {
  const owed = reminderFromPlan(recipient.id, planned, accounts, (lead, channels) =>
    chooseCarrier(runtime.config.routes, routeCriteria(runtime.config, recipient, lead), channels),
  )
  return {
    ...owed,
    id: newId(),
    creditor: recipient.creditor,
    recipientId: recipient.id,
    follows: null,
    variables: null,
  }
}
