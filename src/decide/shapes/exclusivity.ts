import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { isCounted, type Counted } from '../counting.ts'
import { allows, objects, type Answer } from '../rule.ts'
import { firstConversation } from './cap.ts'
import { compileCountWindow } from './count-window.ts'

/** At most so many different channels in a window, this message's own included (S10). */
export function compileExclusivity(rule: RuleOf<'exclusivity'>): (facts: Case, at: Instant, answer: Answer) => void {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const window = compileCountWindow(rule.window)

  const nextFree = (facts: Case, at: Instant, account: string | null): Instant => {
    const notBefore = rule.afterFirstConversation === true ? firstConversation(facts, counted, account) : -Infinity
    const own = facts.facts.reminder.channel
    let free = at
    for (const zone of facts.zones) {
      // Until when each other channel still counts; the ones that count longest are the ones to wait out.
      const busy = new Map<string, Instant>()
      for (const contact of facts.facts.contacts) {
        if (contact.direction !== 'outbound' || contact.at < notBefore || !isCounted(contact, counted, account, facts.facts.address?.id ?? null)) continue
        if (contact.channel !== own) busy.set(contact.channel, Math.max(busy.get(contact.channel) ?? -Infinity, window.leaves(zone, contact.at)))
      }
      const ends = [...busy.values()].filter((end) => end > free).sort((a, b) => a - b)
      const others = rule.limit - 1
      if (ends.length > others) free = ends[ends.length - 1 - others] as Instant
    }
    return free
  }

  return (facts, at, answer) => {
    let until = at
    if (rule.key === 'account') for (const account of facts.facts.accounts) until = Math.max(until, nextFree(facts, at, account.id))
    else until = nextFree(facts, at, null)
    if (until > at) objects(answer, 'cap_reached', until)
    else allows(answer)
  }
}
