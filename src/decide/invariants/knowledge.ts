import type { ContactFacts } from '../../model/facts.ts'
import { isInFuture, MINUTE, NEVER } from '../../model/time.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { accountsOf, contactOf, dated } from '../explanation-facts.ts'
import { allows, askSpans, type CompiledRule, invariant, objects, type Span } from '../rule.ts'

/** A call is over, or in doubt, this long after it began. */
const LONGEST_CALL = 30 * MINUTE
/** When to check a call again that the system knows to be in flight. */
const RECHECK_CALL = 5 * MINUTE

export const LOCATION = invariant(
  'location',
  'nobody is contacted while it is unknown where, and so at what hour, they are (promise 11)',
  (_c, _at, answer) => objects(answer, 'location_unknown'),
  (c) => !c.located,
)

/** Is it dated in the future, and so not known? It does not become true when that day comes. */
const isAhead = ({ now }: EvaluationContext, asOf: number | null): boolean => asOf !== null && isInFuture(asOf, now)

export const BALANCE_IN_TIME = invariant(
  'balance-in-time',
  'a balance dated in the future is not known, and not chased (promise 11)',
  (_c, _at, answer) => objects(answer, 'facts_conflict'),
  (c) => c.facts.accounts.some((account) => isAhead(c, account.asOf)),
  false,
  accountsOf,
)

export const PERSON_IN_TIME = invariant(
  'person-in-time',
  'facts about a person that are dated in the future are not known, and nobody is contacted by them (promise 11)',
  (_c, _at, answer) => objects(answer, 'facts_conflict'),
  (c) => isAhead(c, c.facts.recipient.asOf ?? null),
)

export const FRESH_BALANCE = invariant(
  'fresh-balance',
  "a balance older than the creditor's bound is not chased (promise 11)",
  (c, at, answer) => {
    let staleFrom = NEVER
    for (const account of c.facts.accounts) {
      if (account.freshForMs !== null)
        staleFrom = Math.min(
          staleFrom,
          account.asOf === null || isAhead(c, account.asOf) ? -Infinity : account.asOf + account.freshForMs + 1,
        )
    }
    if (at >= staleFrom) objects(answer, 'stale_balance')
    else allows(answer, staleFrom)
  },
  (c) => c.facts.accounts.some((account) => account.freshForMs !== null),
  false,
  accountsOf,
)

export const NOT_EXPIRED = invariant(
  'deadline',
  'a reminder is not sent after its own deadline',
  (c, at, answer) => {
    const deadline = c.facts.reminder.expiresAt ?? NEVER
    if (at >= deadline) objects(answer, 'expired')
    else allows(answer, deadline)
  },
  (c) => c.facts.reminder.expiresAt !== null,
  false,
  ({ facts }) => ({ kind: 'deadline', at: dated(facts.reminder.expiresAt) ?? '' }),
)

/** A recipient or number is never called while an earlier call may still be in progress. */
export const ONE_CALL = invariant(
  'one-call-at-a-time',
  'a person has at most one call in flight',
  (c, at, answer) => {
    const spans: Span[] = []
    for (const contact of c.facts.contacts) {
      if (isInFlight(contact)) spans.push({ from: Math.min(contact.at, at), until: contact.at + LONGEST_CALL })
    }
    if (c.facts.system?.phoneInFlight === true) spans.push({ from: c.now, until: c.now + RECHECK_CALL })
    askSpans(spans, 'too_soon', at, answer)
  },
  ({ facts }) =>
    facts.reminder.channel === 'phone' && (facts.system?.phoneInFlight === true || facts.contacts.some(isInFlight)),
  false,
  ({ facts }) => ({
    kind: 'wait',
    minutes: LONGEST_CALL / MINUTE,
    days: null,
    unit: 'attempt',
    key: 'person',
    channels: ['phone'],
    counted: facts.contacts
      .filter(isInFlight)
      .map((contact) => ({ ...contactOf(contact), until: dated(contact.at + LONGEST_CALL) ?? '' })),
  }),
)

function isInFlight({ outcome, channel, direction }: ContactFacts): boolean {
  return outcome === 'pending' && channel === 'phone' && direction === 'outbound'
}

/** Obstacles known to the running system itself. */
export const SYSTEM: readonly CompiledRule[] = [
  invariant(
    'test-mode',
    'a test key, or a copy of the system, reaches nobody (promise 12)',
    (_c, _at, answer) => objects(answer, 'test_mode'),
    (c) => c.facts.system?.testMode === true,
  ),
  invariant(
    'switch',
    'a switch thrown by an operator holds at once',
    (_c, _at, answer) => objects(answer, 'switched_off'),
    (c) => c.facts.system?.switchedOff != null,
  ),
  invariant(
    'clock',
    'nothing is sent while the time is in doubt',
    (_c, _at, answer) => objects(answer, 'clock_uncertain'),
    (c) => c.facts.system?.clockUncertain === true,
  ),
  invariant(
    'route',
    'a message needs a route that serves it',
    (_c, _at, answer) => objects(answer, 'route_not_eligible'),
    (c) => c.facts.system?.routeProblem != null,
    false,
    ({ facts }) => ({ kind: 'because', because: facts.system?.routeProblem ?? '' }),
  ),
  invariant(
    'registration',
    'a template that needs registration is not sent without it',
    (_c, _at, answer) => objects(answer, 'not_registered'),
    (c) => c.facts.system?.notRegistered === true,
  ),
]
