import type { TaskCompletion } from '../../intake/task-body.ts'
import type { Actor } from '../../pipeline/shell.ts'
import type { TaskView } from '../../report/people-views.ts'
import type { Services } from '../services.ts'
import type { Round } from './daily-rounds.ts'

/**
 * Reports what came of a lender's open steps for people, outcome after outcome in turn; hand-offs wait for a decision.
 *
 * The desk calls whom it may call now, as each task says; the others it leaves for another day.
 */
export async function workThroughSteps(
  services: Services, actor: Actor, round: Round, nextOutcome: () => TaskCompletion['outcome'],
): Promise<void> {
  const open = await services.listTasks(actor, { creditor: round.creditor, status: 'open', limit: 500 })
  const steps = open.items.filter((task) => task.kind === 'step' && Date.parse(task.dueAt) <= round.at && mayBeCalled(task))
  // By account: ids are new in every run, and the same run is to bring the same outcomes.
  steps.sort((a, b) => (a.dueAt + a.accountIds.join() < b.dueAt + b.accountIds.join() ? -1 : 1))
  for (const { id } of steps) {
    // Of two steps for one person the first call may have taken the day's place.
    const task = await services.getTask(actor, id)
    if (task === null || !mayBeCalled(task)) continue
    await services.completeTask(actor, id, { outcome: nextOutcome(), channel: 'phone' })
  }
}

const mayBeCalled = ({ decision }: Pick<TaskView, 'decision'>): boolean => decision?.verdict === 'send' && decision.channel === 'phone'
