import { HAND_OFF_RUNG } from '../model/ladder.ts'
import { addDays, type Instant } from '../model/time.ts'
import { type Channel, gentler } from '../model/vocabulary.ts'
import { type AccountOutlook, assessAccount, machinePlannedSince, type Step } from './account-outlook.ts'
import { bookDate, daysPastDue, startOfBookDay } from './book-time.ts'
import type {
  AccountToPlan,
  HandOffProposal,
  RecipientPlan,
  RecipientToPlan,
  PlannedReminder,
  PlannedTask,
  RungRecord,
} from './recipient-plan.ts'
import { timeOn } from './rung-due.ts'

/** Steps of several accounts that become one message or one task; the lead stands first. */
interface Group {
  steps: [Step, ...Step[]]
  channels: Channel[]
  /** When the last of them falls due. */
  dueAt: Instant
  /** When the first of them is stale. */
  expiresAt: Instant
}

/**
 * Which of these machine steps of one recipient and one creditor become one reminder?
 *
 * Those that share a channel and a currency. The account most days past due leads. A
 * `final` is sent alone: together with others it would either be softened or apply its
 * words to accounts that it does not concern. So are notices required by law.
 *
 * @param steps  at most one for each account
 */
function groupSteps(steps: readonly Step[]): Group[] {
  const groups: Group[] = []
  for (const step of inOrder(steps)) {
    const group = groups.find((g) => mayJoin(step, g))
    if (group === undefined) groups.push(groupOf(step))
    else join(step, group)
  }
  return groups
}

/** Which of these agents' steps become one task? Conversations are combined; checks and notices are separate tasks. */
function groupTasks(steps: readonly Step[]): Group[] {
  const groups: Group[] = []
  for (const step of inOrder(steps)) {
    const group = groups.find(
      (g) => taskKey(g.steps[0]) === taskKey(step) && !g.steps.some((s) => s.account.id === step.account.id),
    )
    if (group === undefined) groups.push(groupOf(step))
    else {
      group.steps.push(step)
      group.dueAt = Math.max(group.dueAt, step.dueAt)
      group.expiresAt = Math.min(group.expiresAt, step.expiresAt)
    }
  }
  return groups
}

/** Most days past due first; the account id decides between equals, so that the same input gives the same plan. */
const inOrder = (steps: readonly Step[]): Step[] =>
  [...steps].sort(
    (a, b) => b.daysPastDue - a.daysPastDue || (a.account.id < b.account.id ? -1 : a.account.id > b.account.id ? 1 : 0),
  )

const groupOf = (step: Step): Group => ({
  steps: [step],
  channels: [...step.channels],
  dueAt: step.dueAt,
  expiresAt: step.expiresAt,
})

function mayJoin(step: Step, group: Group): boolean {
  const [lead] = group.steps
  return (
    isGroupable(step) &&
    isGroupable(lead) &&
    step.account.currency === lead.account.currency &&
    step.expiresAt > group.dueAt &&
    step.dueAt < group.expiresAt &&
    group.channels.some((channel) => step.channels.includes(channel))
  )
}

const isGroupable = (step: Step): boolean => step.tone !== 'final' && step.rung.kind === 'reminder'

function join(step: Step, group: Group): void {
  group.steps.push(step)
  group.channels = group.channels.filter((channel) => step.channels.includes(channel))
  group.dueAt = Math.max(group.dueAt, step.dueAt)
  group.expiresAt = Math.min(group.expiresAt, step.expiresAt)
}

const taskKey = (step: Step): string =>
  step.rung.kind === 'reminder' && !step.rung.beforeGate ? 'conversation' : `${step.account.ladder.id} ${step.rung.id}`

/**
 * What is to be done now for one recipient at one creditor?
 *
 * Pure and total: the same input gives the same plan. Every rung that came due is planned,
 * recorded as skipped with a reason, or waits with an instant at which to plan again.
 * Store `records` before planning again, or the same steps are planned twice.
 *
 * @param recipient  everything about that recipient at that creditor, read at one instant
 * @param now        business time
 */
export function planRecipient(recipient: RecipientToPlan, now: Instant): RecipientPlan {
  const today = bookDate(now, recipient.bookZone)
  const outlooks = recipient.accounts.map((account) => assessAccount(account, recipient, today, now))
  const reminders = chooseReminders(outlooks, recipient, now)
  const tasks = groupTasks(outlooks.flatMap((outlook) => outlook.tasks))
  const planned = [...reminders, ...tasks].flatMap((group) => group.steps.map((step) => ({ step, group })))

  return {
    reminders: reminders.map(reminderOf),
    tasks: tasks.map(taskOf),
    handOffProposals: outlooks.filter((o) => o.proposeHandOff).map((o) => proposalOf(o.account, recipient, now)),
    records: [
      ...outlooks.flatMap((o) =>
        o.skipped.map((skip) => record(o.account, skip.rung, 'skipped', now, skip.reason, skip.detail)),
      ),
      ...planned.map(({ step, group }) =>
        record(step.account, step.rung.id, 'planned', now, null, toneDetail(step, group)),
      ),
      ...outlooks
        .filter((o) => o.proposeHandOff)
        .map((o) => record(o.account, HAND_OFF_RUNG, 'planned', now, null, null)),
    ],
    accounts: outlooks.map((outlook) => {
      const left = outlook.machine !== null && !planned.some(({ step }) => step === outlook.machine)
      return {
        accountId: outlook.account.id,
        daysPastDue: daysPastDue(outlook.account, recipient.bookZone, now),
        nextLookAt: earliestAfter(
          now,
          left ? [...outlook.recheckAt, tomorrowAt(outlook.machine as Step, recipient, now)] : outlook.recheckAt,
        ),
      }
    }),
    caughtUpOn: reminders.some((group) => group.steps.some((step) => step.late)) ? today : null,
  }
}

/**
 * Which of today's machine steps go now, and together with which?
 *
 * A step due today goes when its time has come, together with steps that fall due later
 * today. A step from an earlier day is caught up at most once a day for each recipient, and
 * only on a day on which the machine has planned nothing yet, or in a message that goes anyway.
 */
function chooseReminders(outlooks: readonly AccountOutlook[], recipient: RecipientToPlan, now: Instant): Group[] {
  const today = bookDate(now, recipient.bookZone)
  const startOfDay = startOfBookDay(today, recipient.bookZone)
  const steps = outlooks.flatMap((outlook) => (outlook.machine === null ? [] : [outlook.machine]))
  const mayCatchUp =
    recipient.lastCatchUpOn !== today && !recipient.accounts.some((account) => machinePlannedSince(account, startOfDay))
  const isDue = (step: Step) => step.dueAt <= now
  if (steps.some((step) => isDue(step) && !step.late)) {
    return groupSteps(steps.filter((step) => !step.late || mayCatchUp)).filter((group) =>
      group.steps.some((step) => isDue(step) && !step.late),
    )
  }
  if (!mayCatchUp) return []
  return groupSteps(steps)
    .filter((group) => group.steps.some(isDue))
    .slice(0, 1)
}

function reminderOf(group: Group): PlannedReminder {
  const [lead] = group.steps
  return {
    ...shared(group),
    mode: 'automated',
    channels: group.channels,
    template: lead.rung.template,
  }
}

const taskOf = (group: Group): PlannedTask => ({
  ...shared(group),
  channels: group.channels,
  instructions: group.steps[0].rung.instructions,
  steps: group.steps.map(({ account, rung, tone, channels }) => ({
    accountId: account.id,
    rung: rung.id,
    kind: rung.kind,
    tone,
    channels,
  })),
})

function shared(group: Group) {
  const [lead] = group.steps
  return {
    accountIds: group.steps.map((step) => step.account.id),
    leadAccountId: lead.account.id,
    spellId: lead.account.spell.id,
    pass: lead.account.spell.pass,
    rung: lead.rung.id,
    ladder: { id: lead.account.ladder.id, version: lead.account.ladderVersion },
    tone: toneOf(group),
    kind: lead.rung.kind,
    dueAt: group.dueAt,
    expiresAt: group.expiresAt,
  }
}

const toneOf = (group: Group) => group.steps.reduce((tone, step) => gentler(tone, step.tone), group.steps[0].tone)

/** The detail recorded for a rung planned in a gentler tone than the ladder's. */
const toneDetail = (step: Step, group: Group): string | null =>
  toneOf(group) === step.rung.tone ? null : `tone ${toneOf(group)} instead of ${step.rung.tone}`

const proposalOf = (account: AccountToPlan, recipient: RecipientToPlan, now: Instant): HandOffProposal => ({
  accountId: account.id,
  spellId: account.spell.id,
  pass: account.spell.pass,
  ladder: { id: account.ladder.id, version: account.ladderVersion },
  daysPastDue: daysPastDue(account, recipient.bookZone, now) ?? 0,
  proposedAt: now,
})

const record = (
  account: AccountToPlan,
  rung: string,
  outcome: RungRecord['outcome'],
  at: Instant,
  reason: RungRecord['reason'],
  detail: string | null,
): RungRecord => ({
  accountId: account.id,
  spellId: account.spell.id,
  pass: account.spell.pass,
  rung,
  outcome,
  reason,
  detail,
  at,
})

const tomorrowAt = (step: Step, recipient: RecipientToPlan, now: Instant): Instant =>
  timeOn(addDays(bookDate(now, recipient.bookZone), 1), step.rung, step.account.ladder, recipient)

function earliestAfter(now: Instant, instants: readonly Instant[]): Instant | null {
  const ahead = instants.filter((instant) => instant > now)
  return ahead.length === 0 ? null : ahead.reduce((a, b) => Math.min(a, b))
}
