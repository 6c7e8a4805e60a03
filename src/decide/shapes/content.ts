import { shortfallOf, type ContentRule } from '../content.ts'
import { allows, objects, type Shape } from '../rule.ts'
import { eventsOf } from './events.ts'

/**
 * Nothing goes out in words that lack what must be said, or say what must not be (S18).
 *
 * Speaks only where the case states what the words carry. Guidance (`force: soft`) is
 * for `decorum check` to report and refuses nothing.
 */
export function compileContent(rule: ContentRule): Shape | null {
  if (rule.force === 'soft') return null
  const { satisfiedBy } = rule
  const detail: Shape['detail'] = ({ facts }) => {
    const { missing, tooMuch } = facts.reminder.carries == null ? { missing: [], tooMuch: [] } : shortfallOf(rule, facts.reminder.carries)
    return { kind: 'words', missing: [...missing], tooMuch: [...tooMuch] }
  }
  return { detail, ask: (facts, at, answer) => {
    const { carries } = facts.facts.reminder
    if (carries == null) return allows(answer)
    if (satisfiedBy !== undefined && facts.facts.accounts.every(({ id }) => eventsOf(facts, satisfiedBy, id)?.some((event) => event.at <= at) === true)) return allows(answer)
    const { missing, tooMuch } = shortfallOf(rule, carries)
    if (missing.length > 0 || tooMuch.length > 0) objects(answer, 'content_missing')
    else allows(answer)
  } }
}
