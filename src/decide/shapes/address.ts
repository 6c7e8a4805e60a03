import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { allows, NEVER, objects, type Answer } from '../rule.ts'

/**
 * May this address be used, by how it came to be known and how lately it was confirmed? (12 CFR 1006.6(d)(4)-(5))
 *
 * The person's own message from the address shows both; so does consent that was recorded for this very address, while
 * it lasts. What a bare case does not state is not asked about, unless the rule says so; the running system knows what
 * it knows of every address, and what it does not know is missing.
 */
export function compileAddress(rule: RuleOf<'address'>): (facts: Case, at: Instant, answer: Answer) => void {
  const kinds = new Set(rule.consents)

  return (facts, at, answer) => {
    const { address, system } = facts.facts
    if (address === null) return allows(answer)
    const origin = address.origin ?? null
    const verifiedAt = address.verifiedAt ?? null
    const shown: Instant[] = []
    let until = NEVER
    let proven = origin !== null && rule.origins.includes(origin)
    for (const contact of facts.facts.contacts) {
      if (contact.direction === 'inbound' && contact.channel === facts.facts.reminder.channel && contact.address === address.id && !contact.otherPerson && contact.at <= at) {
        proven = true
        shown.push(contact.at)
      }
    }
    let consented: Instant | null = null
    for (const consent of facts.facts.consents) {
      if (!kinds.has(consent.kind) || consent.address !== address.id || consent.from > at || (consent.until ?? NEVER) <= at) continue
      if (consent.channel !== null && consent.channel !== facts.facts.reminder.channel) continue
      consented = Math.max(consented ?? -Infinity, consent.until ?? NEVER)
      shown.push(consent.from)
    }
    const stated = system !== null || origin !== null || verifiedAt !== null || shown.length > 0
    if (!stated && rule.ifUnstated === 'silent') return allows(answer)
    if (!proven) {
      if (consented === null) return objects(answer, 'precondition_missing')
      until = consented
    }
    if (rule.freshDays !== undefined) {
      if (verifiedAt !== null && verifiedAt <= at) shown.push(verifiedAt)
      until = Math.min(until, Math.max(-Infinity, ...shown.map((moment) => freshUntil(facts, moment, rule.freshDays as number))))
      if (until <= at) return objects(answer, 'precondition_missing')
    }
    allows(answer, until)
  }
}

/** The end of so many local days, this one's included, in the zone where it comes first. */
const freshUntil = (facts: Case, moment: Instant, days: number): Instant =>
  Math.min(...facts.zones.map((zone) => zone.startOfDay(zone.dayAt(moment) + days)))
