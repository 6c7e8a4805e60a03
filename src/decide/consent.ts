import type { ConsentWeighed } from '../model/explanation.ts'
import { formatInstant, type Instant, NEVER } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import type { ConsentFacts } from '../model/facts.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { dated } from './explanation-facts.ts'

/** Which consents exempt a message from a rule, and for how many days at most (S17). */
export interface ConsentExemption {
  readonly kinds: ReadonlySet<string>
  /** Day 1 is the consent's own day; null: as long as the consent lasts. */
  readonly days: number | null
}

/** Does this consent cover this channel and address? A channel or address that it does not name is covered. */
const covers = (consent: ConsentFacts, kinds: ReadonlySet<string>, channel: Channel, address: string | null): boolean =>
  kinds.has(consent.kind) &&
  (consent.channel === null || consent.channel === channel) &&
  (consent.address === null || consent.address === address)

/** The end of the exemption this consent gives; counted in days, the earliest of all zones. */
function endOf(c: EvaluationContext, consent: ConsentFacts, exemption: ConsentExemption): Instant {
  const end = consent.until ?? NEVER
  if (exemption.days === null) return end
  let counted = NEVER
  for (const zone of c.zones) counted = Math.min(counted, zone.startOfDay(zone.dayAt(consent.from) + exemption.days))
  return Math.min(end, counted)
}

/**
 * Until when does consent exempt a message from the rule?
 *
 * @returns  the instant at which the exemption ends, or null when none is in force
 */
export function exemptUntil(
  c: EvaluationContext,
  exemption: ConsentExemption,
  at: Instant,
  channel: Channel,
  address: string | null,
): Instant | null {
  let until: Instant | null = null
  for (const consent of c.facts.consents) {
    if (!covers(consent, exemption.kinds, channel, address) || consent.from > at) continue
    const end = endOf(c, consent, exemption)
    if (end > at && (until === null || end > until)) until = end
  }
  return until
}

/** When does the next consent begin? NEVER: none does. */
export function nextExemption(
  c: EvaluationContext,
  exemption: ConsentExemption,
  at: Instant,
  channel: Channel,
  address: string | null,
): Instant {
  let first = NEVER
  for (const consent of c.facts.consents) {
    if (
      covers(consent, exemption.kinds, channel, address) &&
      consent.from > at &&
      consent.from < (consent.until ?? NEVER)
    )
      first = Math.min(first, consent.from)
  }
  return first
}

/**
 * Every consent of the kinds a rule asks for, with its state at this instant. For explanations.
 *
 * @param namesAddress  the rule takes only consents recorded for this very address
 */
export function weighConsents(
  c: EvaluationContext,
  exemption: ConsentExemption,
  at: Instant,
  channel: Channel,
  address: string | null,
  namesAddress = false,
): ConsentWeighed[] {
  return c.facts.consents
    .filter((consent) => exemption.kinds.has(consent.kind))
    .map((consent) => {
      const end = endOf(c, consent, exemption)
      const state =
        consent.channel !== null && consent.channel !== channel
          ? 'other_channel'
          : namesAddress && consent.address === null
            ? 'no_address'
            : consent.address !== null && consent.address !== address
              ? 'other_address'
              : consent.from > at
                ? 'not_yet'
                : end > at
                  ? 'opens'
                  : 'ended'
      return {
        kind: consent.kind,
        channel: consent.channel,
        from: formatInstant(consent.from),
        until: dated(end),
        state,
      }
    })
}
