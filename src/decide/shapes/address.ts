import type { CONFIRMATIONS } from '../../model/explanation.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { formatInstant, type Instant, NEVER } from '../../model/time.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { dated } from '../explanation-facts.ts'
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
  const freshUntilOf = (c: EvaluationContext, moment: Instant): Instant =>
    rule.freshDays === undefined ? NEVER : freshUntil(c, moment, rule.freshDays)
  return {
    detail: (c, at) => {
      const { address } = c.facts
      const { moments } = knownOf(c, at)
      return {
        kind: 'origin',
        origin: address?.origin ?? null,
        accepted: rule.origins,
        freshDays: rule.freshDays ?? null,
        confirmed: moments.map((one) => ({
          by: one.by,
          at: formatInstant(one.at),
          until: dated(Math.min(one.until, freshUntilOf(c, one.at))),
        })),
      }
    },
    silent: (c, at) =>
      c.facts.address !== null && rule.ifUnstated === 'silent' && !knownOf(c, at).stated
        ? 'address_origin_not_stated'
        : null,
    ask: (c, at, answer) => {
      const { address } = c.facts
      if (address === null) return allows(answer)
      const { stated, proven, consented, moments } = knownOf(c, at)
      if (!stated && rule.ifUnstated === 'silent') return allows(answer)
      if (!proven && consented === null) return objects(answer, 'precondition_missing')
      let until = proven ? NEVER : (consented as Instant)
      if (rule.freshDays !== undefined) {
        until = Math.min(until, Math.max(-Infinity, ...moments.map((moment) => freshUntilOf(c, moment.at))))
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
  /** When the recipient wrote from it or consented to its use, and when it was found to be theirs. */
  moments: { by: (typeof CONFIRMATIONS)[number]; at: Instant; until: Instant }[]
}

function knownOfAddress(
  { facts }: EvaluationContext,
  at: Instant,
  rule: RuleOf<'address'>,
  kinds: ReadonlySet<string>,
): KnownOfAddress {
  const { address, system, reminder, contacts, consents } = facts
  const origin = address?.origin ?? null
  const moments: KnownOfAddress['moments'] = []
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
      moments.push({ by: 'message', at: contact.at, until: NEVER })
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
    moments.push({ by: 'consent', at: consent.from, until: consent.until ?? NEVER })
  }
  const stated = system !== null || origin !== null || (address?.verifiedAt ?? null) !== null || moments.length > 0
  const verifiedAt = address?.verifiedAt ?? null
  if (verifiedAt !== null && verifiedAt <= at) moments.push({ by: 'check', at: verifiedAt, until: NEVER })
  return { stated, proven, consented, moments }
}

/** The end of this many local days, the moment's own included, in the zone where it comes first. */
const freshUntil = (c: EvaluationContext, moment: Instant, days: number): Instant =>
  Math.min(...c.zones.map((zone) => zone.startOfDay(zone.dayAt(moment) + days)))
