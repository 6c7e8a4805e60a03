import { HAND_OFF_RUNG } from '../../model/ladder-checks.ts'
import { MINUTE, type Instant } from '../../model/instant.ts'
import type { PersonPlan, PlannedStep } from '../../plan/person-plan.ts'
import type { AccountToPlan, BarredStep, PersonToPlan } from '../../plan/person-to-plan.ts'
import { planPerson } from '../../plan/plan-person.ts'
import { barOf, type StepDecision, type StepForPerson } from './decide-steps.ts'

/** A switch wakes nobody: how soon to ask again whether a step that it kept back may be given out. */
const ASK_AGAIN_MS = 15 * MINUTE

/** Is anything in this plan for a person to do? Only then have its facts to be read. */
export const asksPeople = (plan: PersonPlan): boolean => plan.tasks.length + plan.handOffProposals.length > 0

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
  plan: PersonPlan, person: PersonToPlan, now: Instant, decide: (accountId: string, step: Omit<StepForPerson, 'creditor'>) => StepDecision | null,
): PersonPlan {
  const steps = [...plan.tasks.flatMap((task) => task.steps), ...plan.handOffProposals.map(({ accountId }) => handOff(accountId))]
  const barred = new Map<string, BarredStep[]>()
  for (const step of steps) {
    const { accountId, rung, kind, tone, channels } = step
    const ladder = person.accounts.find(({ id }) => id === accountId)?.ladder.id ?? null
    const decided = decide(accountId, { kind, tone, channels, ladder, rung, expiresAt: null, isNew: true })
    const bar = decided === null ? null : barOf(decided)
    if (bar === null) continue
    const until = bar.reason.code === 'switched_off' ? now + ASK_AGAIN_MS : bar.until
    barred.set(accountId, [...(barred.get(accountId) ?? []), { rung, until }])
  }
  if (barred.size === 0) return plan
  return planPerson({ ...person, accounts: person.accounts.map((account): AccountToPlan => ({ ...account, barred: barred.get(account.id) ?? [] })) }, now)
}

const handOff = (accountId: string): PlannedStep => ({ accountId, rung: HAND_OFF_RUNG, kind: 'reminder', tone: 'neutral', channels: [] })
