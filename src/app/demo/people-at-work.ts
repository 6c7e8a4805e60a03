import type { TaskCompletion } from '../../intake/task-body.ts'
import type { Actor } from '../../pipeline/shell.ts'
import type { Services } from '../services.ts'
import type { Round } from './daily-rounds.ts'

/** Reports what came of a lender's open steps for people, outcome after outcome in turn; hand-offs wait for a decision. */
export async function workThroughSteps(
  services: Services, actor: Actor, round: Round, nextOutcome: () => TaskCompletion['outcome'],
): Promise<void> {
  const open = await services.listTasks(actor, { creditor: round.creditor, status: 'open', limit: 500 })
  const steps = open.items.filter((task) => task.kind === 'step' && Date.parse(task.dueAt) <= round.at)
  // By account: ids are new in every run, and the same run is to bring the same outcomes.
  steps.sort((a, b) => (a.dueAt + a.accountIds.join() < b.dueAt + b.accountIds.join() ? -1 : 1))
  for (const { id } of steps) await services.completeTask(actor, id, { outcome: nextOutcome(), channel: 'phone' })
}
