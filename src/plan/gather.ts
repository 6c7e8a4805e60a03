import type { Channel } from '../model/channel.ts'
import type { Instant } from '../model/instant.ts'
import type { Step } from './step.ts'

/** Steps of several accounts that become one message or one task; the lead stands first. */
export interface Group {
  steps: [Step, ...Step[]]
  channels: Channel[]
  /** When the last of them falls due. */
  dueAt: Instant
  /** When the first of them is stale. */
  expiresAt: Instant
}

/**
 * Which of these machine steps of one person and one creditor become one reminder?
 *
 * Those that share a channel and a currency. The account most days past due leads. A
 * `final` stands alone: in company it would either be lost in a gentler tone or lend its
 * words to accounts that it does not concern. So do notices that the law asks for.
 *
 * @param steps  at most one for each account
 */
export function gather(steps: readonly Step[]): Group[] {
  const groups: Group[] = []
  for (const step of inOrder(steps)) {
    const group = groups.find((g) => mayJoin(step, g))
    if (group === undefined) groups.push(groupOf(step))
    else join(step, group)
  }
  return groups
}

/** Which of these steps for a person become one task? Talks go together; checks and notices are each done by themselves. */
export function gatherTasks(steps: readonly Step[]): Group[] {
  const groups: Group[] = []
  for (const step of inOrder(steps)) {
    const group = groups.find((g) => taskKey(g.steps[0]) === taskKey(step) && !g.steps.some((s) => s.account.id === step.account.id))
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
  [...steps].sort((a, b) => b.daysPastDue - a.daysPastDue || (a.account.id < b.account.id ? -1 : a.account.id > b.account.id ? 1 : 0))

const groupOf = (step: Step): Group => ({ steps: [step], channels: [...step.channels], dueAt: step.dueAt, expiresAt: step.expiresAt })

function mayJoin(step: Step, group: Group): boolean {
  const [lead] = group.steps
  return (
    gathers(step) && gathers(lead) &&
    step.account.currency === lead.account.currency &&
    step.expiresAt > group.dueAt && step.dueAt < group.expiresAt &&
    group.channels.some((channel) => step.channels.includes(channel))
  )
}

const gathers = (step: Step): boolean => step.tone !== 'final' && step.rung.kind === 'reminder'

function join(step: Step, group: Group): void {
  group.steps.push(step)
  group.channels = group.channels.filter((channel) => step.channels.includes(channel))
  group.dueAt = Math.max(group.dueAt, step.dueAt)
  group.expiresAt = Math.min(group.expiresAt, step.expiresAt)
}

const taskKey = (step: Step): string =>
  step.rung.kind === 'reminder' && !step.rung.beforeGate ? 'talk' : `${step.account.ladder.id} ${step.rung.id}`
