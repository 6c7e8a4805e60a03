import type { ContactFacts, EventFacts, Facts, HoldFacts, SuppressionFacts } from '../model/facts.ts'
import { formatInstant, LAST_INSTANT, type Instant } from '../model/time.ts'

/** An instant as explanations write it; null for one that never comes, or lies before all dates. */
export const dated = (at: Instant | null): string | null =>
  at === null || !Number.isFinite(at) || Math.abs(at) > LAST_INSTANT ? null : formatInstant(at)

/** How does an explanation name this contact? */
export const contactOf = ({ at, channel, direction, outcome, by }: ContactFacts) => ({
  at: formatInstant(at),
  channel,
  direction,
  outcome,
  by,
})

export const eventOf = ({ type, kind, at, account }: EventFacts) => ({ type, kind, at: formatInstant(at), account })

export const suppressionOf = ({ scope, channel, reason, from, until }: SuppressionFacts) => ({
  scope,
  channel,
  reason,
  from: dated(from),
  until: dated(until),
})

export const holdOf = ({ kind, account, channel, from, until }: HoldFacts) => ({
  kind,
  account,
  channel: channel ?? null,
  from: formatInstant(from),
  until: dated(until),
})

export const accountsOf = ({ facts }: { readonly facts: Facts }) => ({
  kind: 'accounts' as const,
  accounts: facts.accounts.map(({ id, state, asOf, freshForMs }) => ({
    account: id,
    state,
    asOf: dated(asOf),
    freshForMs,
  })),
})
