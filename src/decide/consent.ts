import type { ConsentWeighed } from '../model/explanation.ts'
import { formatInstant, type Instant, NEVER } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import type { ConsentFacts } from '../model/facts.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { dated } from './explanation-facts.ts'

/** Does this consent reach this channel and address? What it does not limit, it covers. */
const covers = (consent: ConsentFacts, kinds: ReadonlySet<string>, channel: Channel, address: string | null): boolean =>
  kinds.has(consent.kind) &&
  (consent.channel === null || consent.channel === channel) &&
  (consent.address === null || consent.address === address)

/** Which consents open a rule, and for how many days at most (S17). */
export interface Opening {
  readonly kinds: ReadonlySet<string>
  /** Day 1 is the consent's own day; null: as long as the consent lasts. */
  readonly days: number | null
}

/** End of the opening that this consent gives; the earliest of the zones when it is counted in days. */
function endOf(c: EvaluationContext, consent: ConsentFacts, opening: Opening): Instant {
  const end = consent.until ?? NEVER
  if (opening.days === null) return end
  let counted = NEVER
  for (const zone of c.zones) counted = Math.min(counted, zone.startOfDay(zone.dayAt(consent.from) + opening.days))
  return Math.min(end, counted)
}

/**
 * Is consent in force at this instant?
 *
 * @returns  the instant at which that ends, or null when there is none
 */
export function openUntil(
  c: EvaluationContext,
  opening: Opening,
  at: Instant,
  channel: Channel,
  address: string | null,
): Instant | null {
  let until: Instant | null = null
  for (const consent of c.facts.consents) {
    if (!covers(consent, opening.kinds, channel, address) || consent.from > at) continue
    const end = endOf(c, consent, opening)
    if (end > at && (until === null || end > until)) until = end
  }
  return until
}

/** The first later instant at which a consent begins; NEVER when none does. */
export function opensAfter(
  c: EvaluationContext,
  opening: Opening,
  at: Instant,
  channel: Channel,
  address: string | null,
): Instant {
  let first = NEVER
  for (const consent of c.facts.consents) {
    if (
      covers(consent, opening.kinds, channel, address) &&
      consent.from > at &&
      consent.from < (consent.until ?? NEVER)
    )
      first = Math.min(first, consent.from)
  }
  return first
}

/** Every consent of the kinds that a rule asks for, and what came of it at this instant: for explanations. */
export function weighConsents(
  c: EvaluationContext,
  opening: Opening,
  at: Instant,
  channel: Channel,
  address: string | null,
): ConsentWeighed[] {
  return c.facts.consents
    .filter((consent) => opening.kinds.has(consent.kind))
    .map((consent) => {
      const end = endOf(c, consent, opening)
      const state =
        consent.channel !== null && consent.channel !== channel
          ? 'other_channel'
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
