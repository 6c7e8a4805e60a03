import type { EventFacts, SuppressionFacts } from '../../model/facts.ts'
import { NEVER } from '../../model/time.ts'
import { type AddressKind, concernsRecipient, type Kind, type SuppressionReason } from '../../model/vocabulary.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { accountsOf, eventOf, suppressionOf } from '../explanation-facts.ts'
import { allows, askSpans, type CompiledRule, invariant, objects, type Span } from '../rule.ts'

/**
 * Kinds of message that each suppression still allows. An opt-out may be confirmed once; after a
 * written cease, law requires some notices (12 CFR 1006.6(c)(2)). Other suppressions allow nothing.
 */
const STILL_ALLOWED: Partial<Record<SuppressionReason, readonly Kind[]>> = {
  'opt-out': ['confirmation'],
  cease: ['confirmation', 'required-notice'],
  'refusal-to-pay': ['confirmation', 'required-notice'],
}

const STOPPING_EVENTS: ReadonlySet<string> = new Set(['deceased', 'attorney', 'bankruptcy', 'identity-fraud'])

/**
 * Does this suppression concern this reminder?
 *
 * A fact about the recipient applies to all their addresses; one about another holder of the same number, and a
 * wrong number, are facts about the address on every channel.
 */
function reaches(suppression: SuppressionFacts, c: EvaluationContext): boolean {
  const { reminder, address } = c.facts
  if (concernsRecipient(suppression.reason) && suppression.otherRecipient !== true) return true
  const sameChannel = suppression.channel === null || suppression.channel === reminder.channel
  switch (suppression.scope) {
    case 'all':
      return true
    case 'channel':
      return sameChannel
    case 'address':
      if (suppression.address === null) return sameChannel
      return (
        suppression.address === address?.id &&
        (sameChannel || suppression.reason === 'wrong-number' || concernsRecipient(suppression.reason))
      )
  }
}

export const SUPPRESSION = invariant(
  'suppression',
  'people who opted out or must not be contacted are never contacted',
  (c, at, answer) => {
    const spans: Span[] = []
    for (const suppression of c.facts.suppressions) {
      if (!isInTheWay(suppression, c)) continue
      spans.push({ from: suppression.from ?? -Infinity, until: suppression.until ?? NEVER })
    }
    askSpans(spans, 'suppressed', at, answer)
  },
  (c) => c.facts.suppressions.length > 0,
  false,
  (c) => ({
    kind: 'stops',
    found: c.facts.suppressions.filter((suppression) => isInTheWay(suppression, c)).map(suppressionOf),
  }),
)

function isInTheWay(suppression: SuppressionFacts, c: EvaluationContext): boolean {
  return reaches(suppression, c) && STILL_ALLOWED[suppression.reason]?.includes(c.facts.reminder.kind) !== true
}

/** An event that suppresses contact counts from the moment it is known, even before the suppression is recorded. */
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

/** These events concern the recipient, whichever account they were reported with. */
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

/** Address kinds that state the type of line; the others state its use. */
const MOBILE_KINDS: ReadonlySet<AddressKind> = new Set<AddressKind>(['mobile', 'voip'])

/** An SMS to a landline is lost, or read aloud to anyone who answers. */
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

/** Only an open account is reminded of; the closing itself may still be confirmed. */
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
