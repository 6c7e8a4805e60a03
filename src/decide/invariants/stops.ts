import type { EventFacts, SuppressionFacts } from '../../model/facts.ts'
import { NEVER } from '../../model/time.ts'
import { type AddressKind, concernsRecipient, type Kind, type SuppressionReason } from '../../model/vocabulary.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { accountsOf, eventOf, stopOf } from '../explanation-facts.ts'
import { allows, askSpans, type CompiledRule, invariant, objects, type Span } from '../rule.ts'

/**
 * What each stop still lets through. An opt-out may be confirmed once; after a written
 * cease, law asks for some notices (12 CFR 1006.6(c)(2)). Everything else stops entirely.
 */
const LETS: Partial<Record<SuppressionReason, readonly Kind[]>> = {
  'opt-out': ['confirmation'],
  cease: ['confirmation', 'required-notice'],
  'refusal-to-pay': ['confirmation', 'required-notice'],
}

const STOPPING_EVENTS: ReadonlySet<string> = new Set(['deceased', 'attorney', 'bankruptcy', 'identity-fraud'])

/**
 * Does this stop concern this reminder?
 *
 * A fact about the person reaches them wherever it was recorded; one about another holder of the same number, and a
 * wrong number, are facts about the address on every channel.
 */
function reaches(stop: SuppressionFacts, c: EvaluationContext): boolean {
  const { reminder, address } = c.facts
  if (concernsRecipient(stop.reason) && stop.otherRecipient !== true) return true
  const sameChannel = stop.channel === null || stop.channel === reminder.channel
  switch (stop.scope) {
    case 'all':
      return true
    case 'channel':
      return sameChannel
    case 'address':
      if (stop.address === null) return sameChannel
      return (
        stop.address === address?.id &&
        (sameChannel || stop.reason === 'wrong-number' || concernsRecipient(stop.reason))
      )
  }
}

export const SUPPRESSION = invariant(
  'suppression',
  'whoever asked us to stop, or must not be contacted, is not',
  (c, at, answer) => {
    const spans: Span[] = []
    for (const stop of c.facts.suppressions) {
      if (!isInTheWay(stop, c)) continue
      spans.push({ from: stop.from ?? -Infinity, until: stop.until ?? NEVER })
    }
    askSpans(spans, 'suppressed', at, answer)
  },
  (c) => c.facts.suppressions.length > 0,
  false,
  (c) => ({ kind: 'stops', found: c.facts.suppressions.filter((stop) => isInTheWay(stop, c)).map(stopOf) }),
)

function isInTheWay(stop: SuppressionFacts, c: EvaluationContext): boolean {
  return reaches(stop, c) && LETS[stop.reason]?.includes(c.facts.reminder.kind) !== true
}

/** An event that stops contact counts from the moment it is known, before anybody has recorded a suppression. */
export const STOPPING_EVENT = invariant(
  'stopping-event',
  'a death, an attorney, a bankruptcy or an identity fraud stops contact as soon as it is known',
  (c, at, answer) => {
    const spans: Span[] = []
    for (const event of c.facts.events ?? []) {
      if (isStopping(event)) spans.push({ from: Math.min(event.at, at), until: NEVER })
    }
    askSpans(spans, 'suppressed', at, answer)
  },
  (c) => c.facts.events !== null && c.facts.events.length > 0,
  false,
  (c) => ({
    kind: 'events',
    wants: null,
    waitDays: null,
    waitBusinessDays: null,
    withinDays: null,
    daysPastDue: null,
    deadline: null,
    found: (c.facts.events ?? []).filter(isStopping).map(eventOf),
  }),
)

/** Of the person, whichever of their accounts it was reported with. */
const isStopping = (event: EventFacts): boolean => STOPPING_EVENTS.has(event.type)

export const OWN_ADDRESS: CompiledRule = invariant(
  'own-address',
  "only the borrower's own addresses are ever used",
  (_c, _at, answer) => objects(answer, 'suppressed'),
  (c) => {
    const relation = c.facts.address?.relation ?? null
    return relation !== null && relation !== 'self'
  },
  false,
  ({ facts }) => ({ kind: 'relation', relation: facts.address?.relation ?? null, lets: ['self'] }),
)

/** Kinds that say what line it is; the others say what it is used for. */
const MOBILE_KINDS: ReadonlySet<AddressKind> = new Set<AddressKind>(['mobile', 'voip'])

/** A text to a landline is lost, or read aloud to whoever picks up. */
export const SMS_LINE: CompiledRule = invariant(
  'sms-to-landline',
  'an SMS goes to a landline only where an operator has set that landlines take them (delivery.smsToLandlines)',
  (_c, _at, answer) => objects(answer, 'route_not_eligible'),
  ({ facts: { reminder, address } }) => {
    if (reminder.channel !== 'sms' || address === null || address.takesSms === true) return false
    return (
      address.kind === 'landline' ||
      (address.line === 'landline' && !(address.kind !== null && MOBILE_KINDS.has(address.kind)))
    )
  },
)

/** Only an open account is reminded of; what closes an account may still be confirmed. */
export const OPEN_ACCOUNT = invariant(
  'open-account',
  'a debt that is settled, cured, withdrawn or handed off is not chased',
  (c, _at, answer) => {
    if (c.facts.reminder.kind !== 'confirmation' && c.facts.accounts.some((account) => account.state !== 'open'))
      objects(answer, 'account_closed')
    else allows(answer)
  },
  undefined,
  false,
  accountsOf,
)
