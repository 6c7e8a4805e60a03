import type { EventBody } from '../../intake/bodies.ts'
import type { Instant } from '../../model/time.ts'
import type { HoldKind } from '../../model/vocabulary.ts'
import type { Balance } from '../../plan/balance.ts'
import { effectOf, type Fact, holdsOf } from '../../plan/effect-of.ts'
import type { BalanceEvent, EventRow } from '../../record/events.ts'
import type { HoldRow } from '../../record/holds.ts'
import type { AccountDraft } from './account-draft.ts'
import { doubtHold, type HoldInput, openHold } from './holds.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import { openHoldsOf, draftEffect, draftSuppressions } from './draft-effect.ts'
import type { Drafts } from './write-drafts.ts'

export type EventOf<T extends EventBody['type']> = Extract<EventBody, { type: T }>

/** What the effects of an event read and change; everything is locked. */
export interface EventContext {
  readonly eventId: string
  readonly by: string
  readonly now: Instant
  readonly bookZone: string
  readonly effectiveAt: Instant
  readonly recipient: RecipientDraft
  readonly account: AccountDraft
  /** The recipient's holds that have not been ended, including those on other accounts. */
  readonly holds: readonly HoldRow[]
  /** What will be written. */
  readonly drafts: Drafts
  /** The account's balance before this event. */
  readonly balance: Balance
  /** The account's balance events since the balance was stated, and every reversal. */
  readonly reported: readonly BalanceEvent[]
  /** The event that a reversal names as its payment; null: it names none, or that was not reported. */
  readonly named: EventRow | null
  /** Minor units paid on the account since the oldest open promise was given. */
  readonly paidSincePromise: number
  /** Stored with the event: amounts in minor units, and what a reversal must restore. */
  readonly kept: Record<string, unknown>
}

/** The result of applying an event. */
export interface EventEffect {
  /** For the timeline: no names, no free text. */
  words: string
  /** True: contacts about the account made since it took effect should not have been. */
  forbids?: true
  /** True for `payment-reversed` that changed the figures. */
  reversal?: boolean
}

/** Applies a fact that may also be reported by a task, a phone key or a reply, with the effect it has there. */
export function applyFact(c: EventContext, fact: Fact): EventEffect {
  const { row } = c.account
  const effect = effectOf(fact, {
    now: c.now,
    effectiveAt: c.effectiveAt,
    bookZone: c.bookZone,
    accounts: [{ id: row.id, overdueMinor: row.overdue_minor }],
    holds: openHoldsOf(c.holds),
    heardBy: 'person',
  })
  draftEffect(c.drafts, c.recipient, effect, { by: c.by, now: c.now, eventId: c.eventId })
  draftSuppressions(c.drafts, effect, {
    creditor: row.creditor,
    recipientId: c.recipient.row.id,
    hash: null,
    source: 'event',
    by: c.by,
    owners: [c.recipient.row.id],
    notice: null,
  })
  if (effect.opens.length > 0) c.account.wake()
  return { words: effect.words }
}

/** Holds the account. */
export function holdAccount(c: EventContext, input: Pick<HoldInput, 'kind' | 'until' | 'details'>): void {
  c.drafts.newHolds.push(
    openHold(c.recipient, {
      ...input,
      accountId: c.account.row.id,
      details: { ...input.details, account: c.account.row.id },
      from: Math.min(c.effectiveAt, c.now),
      eventId: c.eventId,
      by: c.by,
      now: c.now,
    }),
  )
  c.account.wake()
}

/** Ends the holds of these kinds on the account, or opened because of it for the whole recipient; returns how many. */
export function endHoldsOf(c: EventContext, kinds: readonly HoldKind[], reason: string): number {
  const ending = holdsOf(openHoldsOf(c.holds), c.account.row.id, kinds)
  c.drafts.endedHolds.push(...ending.map(({ id }) => ({ id, reason })))
  if (ending.some(({ accountId }) => accountId === null)) c.drafts.replan.add(c.recipient.row.id)
  if (ending.length > 0) c.account.wake()
  return ending.length
}

/** Holds the account until a later snapshot states its balance. */
export function holdInDoubt(c: EventContext, why: string, reversal = false): void {
  const ended = new Set(c.drafts.endedHolds.map(({ id }) => id))
  const standing = [...c.holds.filter(({ id }) => !ended.has(id)), ...c.drafts.newHolds]
  c.drafts.newHolds.push(
    ...doubtHold(c.recipient, c.account.row, why, standing, {
      by: c.by,
      now: c.now,
      eventId: c.eventId,
      reportedFor: Math.min(c.effectiveAt, c.now),
      reversal,
    }),
  )
  c.account.wake()
}
