import { NEVER, type Instant } from '../../model/time.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { allows, objects, type Shape } from '../rule.ts'

/**
 * May this address be used, by its origin and how recently it was confirmed? (12 CFR 1006.6(d)(4)-(5))
 *
 * The recipient's own message from the address shows both; so does consent recorded for this address, while it lasts.
 * Facts given without a running system may leave the origin unstated: `ifUnstated: silent` then skips the rule. The
 * running system states everything known, so that a fact absent there is missing.
 */
export function compileAddress(rule: RuleOf<'address'>): Shape {
  const kinds = new Set(rule.consents)
  const knownOf = (c: EvaluationContext, at: Instant): KnownOfAddress => knownOfAddress(c, at, rule, kinds)
  return {
    detail: null,
    silent: (c, at) =>
      c.facts.address !== null && rule.ifUnstated === 'silent' && !knownOf(c, at).stated
        ? 'address_origin_not_stated'
        : null,
    ask: (c, at, answer) => {
      const { address } = c.facts
      if (address === null) return allows(answer)
      const { stated, proven, consented, shown } = knownOf(c, at)
      if (!stated && rule.ifUnstated === 'silent') return allows(answer)
      if (!proven && consented === null) return objects(answer, 'precondition_missing')
      let until = proven ? NEVER : (consented as Instant)
      if (rule.freshDays !== undefined) {
        const verifiedAt = address.verifiedAt ?? null
        const moments = verifiedAt !== null && verifiedAt <= at ? [...shown, verifiedAt] : shown
        until = Math.min(
          until,
          Math.max(-Infinity, ...moments.map((moment) => freshUntil(c, moment, rule.freshDays as number))),
        )
        if (until <= at) return objects(answer, 'precondition_missing')
      }
      allows(answer, until)
    },
  }
}

/** What is known of the address at an instant. */
interface KnownOfAddress {
  /** Its origin or confirmation is stated, or the running system provided the facts. */
  stated: boolean
  /** Its origin is one that the rule accepts. */
  proven: boolean
  /** Until when consent recorded for it lasts; null: there is none. */
  consented: Instant | null
  /** When the recipient wrote from it or consented to its use. */
  shown: Instant[]
}

function knownOfAddress(
  { facts }: EvaluationContext,
  at: Instant,
  rule: RuleOf<'address'>,
  kinds: ReadonlySet<string>,
): KnownOfAddress {
  const { address, system, reminder, contacts, consents } = facts
  const origin = address?.origin ?? null
  const shown: Instant[] = []
  let proven = origin !== null && rule.origins.includes(origin)
  for (const contact of contacts) {
    if (
      contact.direction === 'inbound' &&
      contact.channel === reminder.channel &&
      contact.address === address?.id &&
      !contact.otherRecipient &&
      contact.at <= at
    ) {
      proven = true
      shown.push(contact.at)
    }
  }
  let consented: Instant | null = null
  for (const consent of consents) {
    if (
      !kinds.has(consent.kind) ||
      consent.address !== address?.id ||
      consent.from > at ||
      (consent.until ?? NEVER) <= at
    )
      continue
    if (consent.channel !== null && consent.channel !== reminder.channel) continue
    consented = Math.max(consented ?? -Infinity, consent.until ?? NEVER)
    shown.push(consent.from)
  }
  return {
    stated: system !== null || origin !== null || (address?.verifiedAt ?? null) !== null || shown.length > 0,
    proven,
    consented,
    shown,
  }
}

/** The end of this many local days, the moment's own included, in the zone where it comes first. */
const freshUntil = (c: EvaluationContext, moment: Instant, days: number): Instant =>
  Math.min(...c.zones.map((zone) => zone.startOfDay(zone.dayAt(moment) + days)))
