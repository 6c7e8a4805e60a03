import type { RuleOf } from '../../model/pack-rule.ts'
import { dated, eventOf } from '../dated.ts'
import { allows, NEVER, type Answer, type Ask, type Shape } from '../rule.ts'
import { eventsOf } from './events.ts'

/** A duty with what its answers rest on: what is owed and was done, and the end of the term, as the question itself gives it. */
export const explainedDuty = (rule: RuleOf<'duty'>, ask: Ask): Shape => ({
  ask,
  detail: (facts, at) => {
    const answer: Answer = { code: null, until: NEVER }
    allows(answer)
    ask(facts, at, answer)
    return {
      kind: 'events', wants: rule.owes, waitDays: null, waitBusinessDays: null, withinDays: rule.withinDays ?? null, daysPastDue: null,
      found: [...new Set(facts.facts.accounts.flatMap(({ id }) => eventsOf(facts, rule.owes, id) ?? []))].map(eventOf), deadline: answer.code === null ? dated(answer.until) : null,
    }
  },
})

/** A precondition with what its answers rest on: the event it looks for and those that were found, or the days past due it begins with. */
export const explainedPrecondition = (rule: RuleOf<'precondition'>, ask: Ask): Shape => ({
  ask,
  detail: (facts) => {
    const { requires } = rule
    return {
      kind: 'events', wants: requires ?? null, waitDays: rule.waitDays ?? null, waitBusinessDays: rule.waitBusinessDays?.days ?? null, withinDays: null, daysPastDue: rule.daysPastDue ?? null,
      found: requires === undefined ? [] : [...new Set(facts.facts.accounts.flatMap(({ id }) => eventsOf(facts, requires, id) ?? []))].map(eventOf), deadline: null,
    }
  },
})
