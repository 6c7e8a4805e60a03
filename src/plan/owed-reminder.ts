import { createHash } from 'node:crypto'
import type { Channel } from '../model/channel.ts'
import type { Instant } from '../model/instant.ts'
import type { Kind, Mode } from '../model/kind.ts'
import { HAND_OFF_RUNG } from '../model/ladder-checks.ts'
import type { Tone } from '../model/tone.ts'
import type { PersonPlan, PlannedReminder, RungRecord } from './person-plan.ts'

/** An account that a reminder speaks of, with the pass over the ladder in which it does. */
export interface LinkedAccount {
  accountId: string
  spellId: string | null
  pass: number
  lead: boolean
}

/** A reminder that is owed: everything about it but whose it is and under which id it is kept. */
export interface OwedReminder {
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  channel: Channel
  /** The channels that may carry it when this one could not, in order of preference. */
  fallbackChannels: Channel[]
  /** Id of the route that carries it. */
  route: string
  template: string
  /** Null, with `ladderVersion` and `rung`: asked for directly. */
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
 * Recipient, account set with each one's spell and pass, rung and channel: planning the
 * same step twice, in whatever order or process, meets the first one's row.
 *
 * @param step  the rung; `direct <id>` for a reminder that was asked for directly
 * @returns     SHA-256 in hexadecimal
 */
export function uniqueKeyOf(recipientId: string, accounts: readonly Omit<LinkedAccount, 'lead'>[], step: string, channel: Channel): string {
  const set = accounts.map((a) => `${a.accountId}/${a.spellId ?? ''}/${a.pass}`).sort()
  return createHash('sha256').update(JSON.stringify([recipientId, set, step, channel])).digest('hex')
}

/** What a reminder takes over from the accounts that it is planned for. */
export interface AccountInSpell {
  id: string
  live: boolean
  ladder: string
  ladderVersion: string
  spellId: string
  pass: number
}

/** By which channel and route a step goes, and which channels stand by. */
export type Carrier = Pick<OwedReminder, 'channel' | 'route' | 'fallbackChannels'>

/**
 * Which reminder does this step of the plan owe?
 *
 * It is live only where all of its accounts are.
 *
 * @param accounts  those of the recipient, by id; all that the step names are among them
 * @param carriedBy  which of the step's channels carries it, asked of the lead's account; null: it has none
 * @throws RangeError  for a step without a channel, which planning never makes
 */
export function reminderFromPlan<Account extends AccountInSpell>(
  recipientId: string, planned: PlannedReminder, accounts: ReadonlyMap<string, Account>,
  carriedBy: (lead: Account, channels: readonly Channel[]) => Carrier | null,
): OwedReminder {
  const account = (id: string): Account => accounts.get(id) as Account
  const lead = account(planned.leadAccountId)
  const carrier = carriedBy(lead, planned.channels)
  if (carrier === null) throw new RangeError(`rung ${planned.rung} was planned without a channel`)
  const linked = planned.accountIds.map((id) => ({ accountId: id, spellId: account(id).spellId, pass: account(id).pass, lead: id === planned.leadAccountId }))
  return {
    live: planned.accountIds.every((id) => account(id).live), origin: 'ladder', kind: planned.kind, mode: planned.mode, tone: planned.tone,
    channel: carrier.channel, fallbackChannels: carrier.fallbackChannels, route: carrier.route, template: planned.template,
    ladder: lead.ladder, ladderVersion: lead.ladderVersion, rung: planned.rung, uniqueKey: uniqueKeyOf(recipientId, linked, planned.rung, carrier.channel),
    dueAt: planned.dueAt, nextAt: planned.dueAt, expiresAt: planned.expiresAt, accounts: linked,
  }
}

/** What carries a planned rung out: the so-manieth reminder, step for people or hand-off proposal of its plan. */
export interface RungCarrier {
  kind: 'reminder' | 'task' | 'hand-off'
  index: number
}

/** What carries this rung out? Null: nothing, it was left out. A gathered reminder bears its lead's rung, so the others' rungs are found by account. */
export function carrierOf({ outcome, rung, accountId }: Pick<RungRecord, 'outcome' | 'rung' | 'accountId'>, plan: PersonPlan): RungCarrier | null {
  if (outcome !== 'planned') return null
  const found = (kind: RungCarrier['kind'], index: number): RungCarrier | null => (index < 0 ? null : { kind, index })
  if (rung === HAND_OFF_RUNG) return found('hand-off', plan.handOffProposals.findIndex((proposal) => proposal.accountId === accountId))
  return found('task', plan.tasks.findIndex((task) => task.steps.some((step) => step.rung === rung && step.accountId === accountId)))
    ?? found('reminder', plan.reminders.findIndex(({ accountIds }) => accountIds.includes(accountId)))
}
