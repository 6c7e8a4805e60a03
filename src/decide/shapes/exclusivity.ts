import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { contactOf } from '../dated.ts'
import { isCounted, type Counted } from '../counting.ts'
import { allows, objects, type Detail, type Shape } from '../rule.ts'
import { firstConversation } from './cap.ts'
import { compileCountWindow } from './count-window.ts'

/** At most so many different channels in a window, this message's own included (S10). */
export function compileExclusivity(rule: RuleOf<'exclusivity'>): Shape {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const window = compileCountWindow(rule.window)

  const others = (facts: Case, account: string | null) => {
    const notBefore = rule.afterFirstConversation === true ? firstConversation(facts, counted, account) : -Infinity
    return facts.facts.contacts.filter((contact) => contact.direction === 'outbound' && contact.at >= notBefore && contact.channel !== facts.facts.reminder.channel &&
      isCounted(contact, counted, account, facts.facts.address?.id ?? null))
  }

  const nextFree = (facts: Case, at: Instant, account: string | null): Instant => {
    const contacts = others(facts, account)
    let free = at
    for (const zone of facts.zones) {
      // Until when each other channel still counts; the ones that count longest are the ones to wait out.
      const busy = new Map<string, Instant>()
      for (const contact of contacts) busy.set(contact.channel, Math.max(busy.get(contact.channel) ?? -Infinity, window.leaves(zone, contact.at)))
      const ends = [...busy.values()].filter((end) => end > free).sort((a, b) => a - b)
      const allowed = rule.limit - 1
      if (ends.length > allowed) free = ends[ends.length - 1 - allowed] as Instant
    }
    return free
  }

  const detail: Detail = (facts, at) => ({
    kind: 'count', of: 'channels', limit: rule.limit, ...counted, channels: rule.channels, mode: null, freeUnanswered: null, window: rule.window,
    subjects: (rule.key === 'account' ? facts.facts.accounts.map(({ id }) => id) : [null]).map((account) => {
      const still = others(facts, account).filter((contact) => facts.zones.some((zone) => window.leaves(zone, contact.at) > at))
      return { account, count: new Set(still.map(({ channel }) => channel)).size, counted: still.map(contactOf) }
    }),
  })

  return { detail, ask: (facts, at, answer) => {
    let until = at
    if (rule.key === 'account') for (const account of facts.facts.accounts) until = Math.max(until, nextFree(facts, at, account.id))
    else until = nextFree(facts, at, null)
    if (until > at) objects(answer, 'cap_reached', until)
    else allows(answer)
  } }
}
