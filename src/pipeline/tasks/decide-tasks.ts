import type { Kysely, Transaction } from 'kysely'
import type { CompiledPack } from '../../decide/compiled-pack.ts'
import type { Instant } from '../../model/instant.ts'
import { accountsOfTasks, openSteps, withdrawOpen, type TaskRow } from '../../record/accepting/tasks.ts'
import { readPeople } from '../../record/dispatch/decision-inputs.ts'
import { activeSwitches } from '../../record/dispatch/switches.ts'
import type { Locked } from '../../record/locks.ts'
import type { Database } from '../../record/schema.ts'
import type { Shell } from '../shell.ts'
import { barOf, decideStep, whyWithdrawn, type StepDecision } from './decide-steps.ts'

type DecidedTask = Pick<TaskRow, 'id' | 'creditor' | 'recipient_id' | 'account_ids' | 'kind' | 'step_kind' | 'channels' | 'tone' | 'ladder' | 'rung' | 'expires_at'>

/**
 * May each of these tasks be worked on now? By the task's id.
 *
 * Three reads whatever their number, and one decision for each channel of each: bounded by the page that asks.
 */
export async function decideTasks(
  shell: Shell, db: Kysely<Database> | Transaction<Database>, packs: readonly CompiledPack[], tasks: readonly DecidedTask[], now: Instant, clockCertain = true,
): Promise<Map<string, StepDecision>> {
  const decided = new Map<string, StepDecision>()
  if (tasks.length === 0) return decided
  const people = await readPeople(db, [...new Set(tasks.map((task) => task.recipient_id))], now)
  const accounts = await accountsOfTasks(db, tasks.flatMap((task) => task.account_ids))
  const rules = { shell, packs, switches: await activeSwitches(db), clockCertain }
  for (const task of tasks) {
    const person = people.get(task.recipient_id)
    const about = task.account_ids.flatMap((id) => accounts.get(id) ?? [])
    if (person === undefined || about.length === 0) continue
    decided.set(task.id, decideStep(rules, {
      creditor: task.creditor, kind: task.step_kind, tone: task.tone ?? 'neutral', channels: task.channels, ladder: task.ladder, rung: task.rung,
      expiresAt: task.expires_at, isNew: false,
    }, person, about, now))
  }
  return decided
}

/**
 * Withdraws the open steps of these people that a stop or a switch forbids for good; answers how many.
 *
 * The caller holds the people's locks, and has written what forbids them in the same transaction: no agent sees the one without the
 * other. What only pauses leaves a task open, and its decision says "not now". Most people have no open step, and cost one read.
 *
 * @param packs  none: the product's own promises alone are asked, and planning asks the packs soon afterwards
 */
export async function withdrawForbidden(
  shell: Shell, trx: Locked, recipientIds: readonly string[], now: Instant, packs: readonly CompiledPack[] = [],
): Promise<number> {
  const open = await openSteps(trx, recipientIds)
  const decided = await decideTasks(shell, trx, packs, open, now)
  const forbidden = [...decided].filter(([, step]) => barOf(step)?.final === true)
  return withdrawOpen(trx, forbidden.map(([id, step]) => ({ id, reason: whyWithdrawn(step) })), new Date(now))
}
