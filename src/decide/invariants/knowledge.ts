import type { ContactFacts } from '../../model/facts.ts'
import { isInFuture, MINUTE, NEVER } from '../../model/time.ts'
import type { Case } from '../case.ts'
import { accountsOf, contactOf, dated } from '../explanation-facts.ts'
import { allows, askSpans, type CompiledRule, invariant, objects, type Span } from '../rule.ts'

/** A call is over, or in doubt, this long after it began. */
const LONGEST_CALL = 30 * MINUTE
/** When to look again at a call that the system says is in flight. */
const LOOK_AGAIN = 5 * MINUTE

export const LOCATION = invariant(
  'location',
  'nobody is contacted while it is unknown where, and so at what hour, they are (promise 11)',
  (_facts, _at, answer) => objects(answer, 'location_unknown'),
  (facts) => !facts.located,
)

/** Dated ahead of now, and so not known: it does not become true by waiting for that day. */
const isAhead = ({ now }: Case, asOf: number | null): boolean => asOf !== null && isInFuture(asOf, now)

export const BALANCE_IN_TIME = invariant(
  'balance-in-time',
  'a balance dated in the future is not known, and not chased (promise 11)',
  (_facts, _at, answer) => objects(answer, 'facts_conflict'),
  (facts) => facts.facts.accounts.some((account) => isAhead(facts, account.asOf)),
  false,
  accountsOf,
)

export const FRESH_BALANCE = invariant(
  'fresh-balance',
  "a balance older than the creditor's bound is not chased (promise 11)",
  (facts, at, answer) => {
    let staleFrom = NEVER
    for (const account of facts.facts.accounts) {
      if (account.freshForMs !== null)
        staleFrom = Math.min(
          staleFrom,
          account.asOf === null || isAhead(facts, account.asOf) ? -Infinity : account.asOf + account.freshForMs + 1,
        )
    }
    if (at >= staleFrom) objects(answer, 'stale_balance')
    else allows(answer, staleFrom)
  },
  (facts) => facts.facts.accounts.some((account) => account.freshForMs !== null),
  false,
  accountsOf,
)

export const NOT_EXPIRED = invariant(
  'deadline',
  'a reminder is not sent after its own deadline',
  (facts, at, answer) => {
    const deadline = facts.facts.reminder.expiresAt ?? NEVER
    if (at >= deadline) objects(answer, 'expired')
    else allows(answer, deadline)
  },
  (facts) => facts.facts.reminder.expiresAt !== null,
  false,
  ({ facts }) => ({ kind: 'deadline', at: dated(facts.reminder.expiresAt) ?? '' }),
)

/** A person or number is never rung while an earlier call may still be ringing. */
export const ONE_CALL = invariant(
  'one-call-at-a-time',
  'a person has at most one call in flight',
  (facts, at, answer) => {
    const spans: Span[] = []
    for (const contact of facts.facts.contacts) {
      if (isInFlight(contact)) spans.push({ from: Math.min(contact.at, at), until: contact.at + LONGEST_CALL })
    }
    if (facts.facts.system?.phoneInFlight === true) spans.push({ from: facts.now, until: facts.now + LOOK_AGAIN })
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

/** What the running system itself knows to stand in the way. */
export const SYSTEM: readonly CompiledRule[] = [
  invariant(
    'test-mode',
    'a test key, or a copy of the system, reaches nobody (promise 12)',
    (_facts, _at, answer) => objects(answer, 'test_mode'),
    (facts) => facts.facts.system?.testMode === true,
  ),
  invariant(
    'switch',
    'a switch thrown by an operator holds at once',
    (_facts, _at, answer) => objects(answer, 'switched_off'),
    (facts) => facts.facts.system?.switchedOff != null,
  ),
  invariant(
    'clock',
    'nothing is sent while the time is in doubt',
    (_facts, _at, answer) => objects(answer, 'clock_uncertain'),
    (facts) => facts.facts.system?.clockUncertain === true,
  ),
  invariant(
    'route',
    'a message needs a route that serves it',
    (_facts, _at, answer) => objects(answer, 'route_not_eligible'),
    (facts) => facts.facts.system?.routeProblem != null,
    false,
    ({ facts }) => ({ kind: 'because', because: facts.system?.routeProblem ?? '' }),
  ),
  invariant(
    'registration',
    'a template that needs registration is not sent without it',
    (_facts, _at, answer) => objects(answer, 'not_registered'),
    (facts) => facts.facts.system?.notRegistered === true,
  ),
]
