import { createHash } from 'node:crypto'
import type { ObjectionCode } from '../model/decision.ts'
import { HAND_OFF_RUNG } from '../model/ladder.ts'
import type { Instant } from '../model/time.ts'
import type { Channel, HoldKind, Kind, Mode, Tone } from '../model/vocabulary.ts'
import type { RecipientPlan, PlannedReminder, RungRecord } from './recipient-plan.ts'

/** An account of a reminder, with the spell and the pass over the ladder to which the reminder belongs. */
export interface LinkedAccount {
  accountId: string
  spellId: string | null
  pass: number
  lead: boolean
}

/** A reminder to create: all its fields except its recipient and id. */
export interface OwedReminder {
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  channel: Channel
  /** The channels to try when this one fails, in order of preference. */
  fallbackChannels: Channel[]
  /** Id of the route that carries it. */
  route: string
  template: string
  /** Null, with `ladderVersion` and `rung`: requested directly. */
  ladder: string | null
  ladderVersion: string | null
  rung: string | null
  uniqueKey: string
  dueAt: Instant
  /** When it is decided next. */
  nextAt: Instant
  expiresAt: Instant
  /** One of them leads. */
  accounts: LinkedAccount[]
}

/**
 * What makes a reminder the same reminder?
 *
 * Recipient, account set with each one's spell and pass, rung and channel: when two processes plan
 * the same step, in any order, the second finds the row of the first.
 *
 * @param step  the rung; `direct <id>` for a reminder that was requested directly
 * @returns     SHA-256 in hexadecimal
 */
export function uniqueKeyOf(
  recipientId: string,
  accounts: readonly Omit<LinkedAccount, 'lead'>[],
  step: string,
  channel: Channel,
): string {
  const set = accounts.map((a) => `${a.accountId}/${a.spellId ?? ''}/${a.pass}`).sort()
  return createHash('sha256')
    .update(JSON.stringify([recipientId, set, step, channel]))
    .digest('hex')
}

/** The fields that a reminder takes over from its accounts. */
interface AccountInSpell {
  id: string
  live: boolean
  ladder: string
  ladderVersion: string
  spellId: string
  pass: number
}

/** The channel and route of a step, and its fallback channels. */
export type Carrier = Pick<OwedReminder, 'channel' | 'route' | 'fallbackChannels'>

/**
 * Which reminder does this step of the plan create?
 *
 * It is live only if all of its accounts are.
 *
 * @param accounts  those of the recipient, by id; all that the step names are among them
 * @param carriedBy  chooses one of the step's channels for the lead's account; null: none is usable
 * @throws RangeError  for a step without a channel, which planning never makes
 */
export function reminderFromPlan<Account extends AccountInSpell>(
  recipientId: string,
  planned: PlannedReminder,
  accounts: ReadonlyMap<string, Account>,
  carriedBy: (lead: Account, channels: readonly Channel[]) => Carrier | null,
): OwedReminder {
  const account = (id: string): Account => accounts.get(id) as Account
  const lead = account(planned.leadAccountId)
  const carrier = carriedBy(lead, planned.channels)
  if (carrier === null) throw new RangeError(`rung ${planned.rung} was planned without a channel`)
  const linked = planned.accountIds.map((id) => ({
    accountId: id,
    spellId: account(id).spellId,
    pass: account(id).pass,
    lead: id === planned.leadAccountId,
  }))
  return {
    live: planned.accountIds.every((id) => account(id).live),
    origin: 'ladder',
    kind: planned.kind,
    mode: planned.mode,
    tone: planned.tone,
    channel: carrier.channel,
    fallbackChannels: carrier.fallbackChannels,
    route: carrier.route,
    template: planned.template,
    ladder: lead.ladder,
    ladderVersion: lead.ladderVersion,
    rung: planned.rung,
    uniqueKey: uniqueKeyOf(recipientId, linked, planned.rung, carrier.channel),
    dueAt: planned.dueAt,
    nextAt: planned.dueAt,
    expiresAt: planned.expiresAt,
    accounts: linked,
  }
}

/** Where a planned rung is carried out: in the reminder, task or hand-off proposal at this index of its plan. */
export interface RungCarrier {
  kind: 'reminder' | 'task' | 'hand-off'
  index: number
}

/** Which part of the plan carries this rung out? Null: none, it was skipped. A gathered reminder has its lead's rung, so the others' are found by account. */
export function carrierOf(
  { outcome, rung, accountId }: Pick<RungRecord, 'outcome' | 'rung' | 'accountId'>,
  plan: RecipientPlan,
): RungCarrier | null {
  if (outcome !== 'planned') return null
  const found = (kind: RungCarrier['kind'], index: number): RungCarrier | null => (index < 0 ? null : { kind, index })
  if (rung === HAND_OFF_RUNG)
    return found(
      'hand-off',
      plan.handOffProposals.findIndex((proposal) => proposal.accountId === accountId),
    )
  return (
    found(
      'task',
      plan.tasks.findIndex((task) => task.steps.some((step) => step.rung === rung && step.accountId === accountId)),
    ) ??
    found(
      'reminder',
      plan.reminders.findIndex(({ accountIds }) => accountIds.includes(accountId)),
    )
  )
}

/** Reasons that concern the channel or the address, not the recipient, the debt or the time of day. */
const CONCERNS_THE_CHANNEL: ReadonlySet<string> = new Set<ObjectionCode | 'provider_refused'>([
  'suppressed',
  'route_not_eligible',
  'consent_missing',
  'not_registered',
  'provider_refused',
])

/** May the rung's next channel carry a step that ended for this reason? */
export const concernsChannel = (reason: string): boolean => CONCERNS_THE_CHANNEL.has(reason)

/** A reminder that ended without having been carried. */
export type FailedReminder = { id: string; recipientId: string } & Omit<
  OwedReminder,
  'channel' | 'route' | 'uniqueKey' | 'nextAt'
>

/**
 * Which reminder follows when this one could not be carried?
 *
 * The same step on the first of its further channels that a route serves: decided afresh with every rule of that
 * channel, with the due date and the deadline of the first. Never asked for an attempt in doubt: that one may have
 * reached the recipient.
 *
 * @param reason   why the reminder ended: an objection's code, or `provider_refused`
 * @param routeOf  the id of the route that serves this channel; null: none does
 * @returns        null: none follows, because the reason concerns more than the channel, the deadline has passed, or no channel is left
 */
export function nextOnFallback(
  failed: FailedReminder,
  reason: string,
  now: Instant,
  routeOf: (channel: Channel) => string | null,
): OwedReminder | null {
  if (!concernsChannel(reason) || failed.expiresAt <= now) return null
  const [next, ...rest] = failed.fallbackChannels.flatMap((channel) => {
    const route = routeOf(channel)
    return route === null ? [] : [{ channel, route }]
  })
  if (next === undefined) return null
  const { live, origin, kind, mode, tone, template, ladder, ladderVersion, rung, dueAt, expiresAt, accounts } = failed
  return {
    live,
    origin,
    kind,
    mode,
    tone,
    template,
    ladder,
    ladderVersion,
    rung,
    dueAt,
    expiresAt,
    accounts,
    ...next,
    nextAt: now,
    fallbackChannels: rest.map(({ channel }) => channel),
    uniqueKey: uniqueKeyOf(failed.recipientId, accounts, rung ?? `direct ${failed.id}`, next.channel),
  }
}

/** The consequences of a lapsed hold. */
export interface Lapse {
  /** The reason with which the hold is closed. */
  endReason: string
  /** The event to record; null: none. */
  event: { type: 'promise-broken'; kind: null; at: Instant; account: string | null } | null
  /** The account to plan again at once; null: all of the recipient's. */
  replan: { account: string | null }
}

/**
 * What are the consequences when this hold lapses?
 *
 * A promise that was kept was closed by its payment; one still open when its hold lapses was broken,
 * and the ladder goes on from there at neutral, never firmer than before.
 *
 * @param hold  `account` null: on the whole recipient; `until` null: open
 * @returns     null: it has not lapsed yet
 */
export function lapseOf(
  hold: { kind: HoldKind; account: string | null; until: Instant | null },
  now: Instant,
): Lapse | null {
  const { kind, account, until } = hold
  if (until === null || until > now) return null
  if (kind !== 'promise') return { endReason: 'its term ended', event: null, replan: { account } }
  return {
    endReason: 'promise not kept',
    event: { type: 'promise-broken', kind: null, at: until, account },
    replan: { account },
  }
}
