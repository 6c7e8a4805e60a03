import type { ContactFacts } from '../model/facts.ts'
import { type Instant, NEVER } from '../model/time.ts'
import type { Channel, Kind } from '../model/vocabulary.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { BLOCKED_TIMES } from './invariants/waiting.ts'
import type { CompiledPack } from './packs.ts'
import { allows, type Answer, type CompiledRule } from './rule.ts'
import { fitOf, type Scope, weakest } from './condition.ts'
import type { EffectivePeriod } from './effective-period.ts'

/** May a message of this kind be an answer? A reminder or a notice never is. */
export const isAnswer = (kind: Kind): boolean => kind === 'service' || kind === 'confirmation'

/** Is it a message or call by the recipient themselves, over this channel and before this instant? */
const isOwnMessage = (contact: ContactFacts, channel: Channel, at: Instant): boolean =>
  contact.direction === 'inbound' &&
  contact.channel === channel &&
  contact.at <= at &&
  !contact.otherRecipient &&
  (contact.party === null || contact.party === 'recipient')

/**
 * Which inbound message would this message answer, if it went out at this instant?
 *
 * The recipient's latest message over the same channel, when no contact with them has been
 * attempted over any channel since.
 *
 * @param sent  the contact that is asked about; absent: the message being decided, at `at`
 * @returns     null when it answers none, or is not the first to go out after the message
 */
export function answeredMessage(
  c: EvaluationContext,
  channel: Channel,
  at: Instant,
  sent?: ContactFacts,
): ContactFacts | null {
  let latest: ContactFacts | null = null
  for (const contact of c.facts.contacts) {
    if (isOwnMessage(contact, channel, at) && (latest === null || contact.at > latest.at)) latest = contact
  }
  if (latest === null) return null
  for (const contact of c.facts.contacts) {
    if (
      contact !== sent &&
      contact.direction === 'outbound' &&
      !contact.otherRecipient &&
      contact.at >= latest.at &&
      (sent === undefined || contact.at <= at)
    )
      return null
  }
  return latest
}

/** Do both fall on one local day, in every zone the recipient may be in? */
export const onOneDay = (c: EvaluationContext, a: Instant, b: Instant): boolean =>
  c.zones.every((zone) => zone.dayAt(a) === zone.dayAt(b))

/** Is it known to be about this account? Null: about any account. */
export const isAbout = (contact: ContactFacts, account: string | null): boolean =>
  account === null || contact.accounts.includes(account)

/**
 * The rules to ask about an answer to the recipient's own message.
 *
 * A recipient who writes during a time they blocked may be answered once, over the same
 * channel, until that time ends, where a pack in force allows it (`reply`). Until then
 * neither the blocked time nor the rules that the pack names object. Every fact must be
 * known: all places, roles and products within the pack's own.
 */
export function withOneReply(
  c: EvaluationContext,
  packs: readonly CompiledPack[],
  rules: CompiledRule[],
): CompiledRule[] {
  const { reminder, accounts, recipient } = c.facts
  if (!isAnswer(reminder.kind) || !c.located || recipient.blockedTimes.length === 0) return rules
  const message = answeredMessage(c, reminder.channel, c.now)
  if (message === null || (message.accounts.length > 0 && !accounts.every(({ id }) => message.accounts.includes(id))))
    return rules
  const end = endOfBlockedTime(c, message.at)
  if (end <= c.now) return rules
  const lifted = liftedRules(c, packs)
  if (lifted.size === 0) return rules
  return rules.map((rule) => (lifted.has(rule.rule) ? liftedUntil(rule, end) : rule))
}

/** The end of the blocked time in which the message came; -∞ when it came outside one. */
function endOfBlockedTime(c: EvaluationContext, written: Instant): Instant {
  const answer: Answer = { code: null, until: NEVER }
  BLOCKED_TIMES.ask(c, written, answer)
  return answer.code === null ? -NEVER : answer.until
}

function liftedRules(c: EvaluationContext, packs: readonly CompiledPack[]): Set<string> {
  const scope = scopeOf(c)
  const time: EffectivePeriod = { applies: true, until: NEVER }
  const lifted = new Set<string>()
  for (const { pack, replies, inForce } of packs) {
    for (const rule of replies) {
      if (weakest([fitOf(pack.applies, scope), fitOf(rule.when, scope)]) !== 'yes') continue
      inForce(c, c.now, time)
      if (!time.applies) continue
      lifted.add(BLOCKED_TIMES.rule)
      for (const id of rule.lifts) lifted.add(`${pack.id}/${id}`)
    }
  }
  return lifted
}

const scopeOf = ({ facts: { reminder, accounts }, jurisdictions }: EvaluationContext): Scope => ({
  jurisdictions,
  roles: accounts.map(({ role }) => role),
  products: accounts.map(({ product }) => product),
  channels: [reminder.channel],
  kinds: [reminder.kind],
  modes: reminder.mode === null ? null : [reminder.mode],
  tones: [reminder.tone],
})

const liftedUntil = (rule: CompiledRule, end: Instant): CompiledRule => ({
  ...rule,
  ask: (c, at, answer) => (at < end ? allows(answer, end) : rule.ask(c, at, answer)),
})
