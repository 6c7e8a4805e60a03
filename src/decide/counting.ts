import type { Channel } from '../model/channel.ts'
import type { ContactFacts } from '../model/facts.ts'
import type { CountKey, CountUnit } from '../model/pack-counting.ts'

/**
 * Does this contact count as one of these? (S8)
 *
 * What is not final counts as the worst it can still be: a call that is `pending`,
 * `in-doubt`, or merely `sent` may have been a conversation and may have rung in vain.
 * A voicemail was picked up, if only by a machine.
 */
export function countsAs(contact: ContactFacts, unit: CountUnit): boolean {
  const { outcome, channel } = contact
  if (outcome === 'pending' || outcome === 'in-doubt') return true
  const callWithoutFinalWord = channel === 'phone' && (outcome === 'sent' || outcome === 'delivered')
  switch (unit) {
    case 'attempt':
      return true
    case 'unanswered':
      return outcome === 'no-answer' || outcome === 'failed' || callWithoutFinalWord
    case 'connected':
      return outcome === 'conversation' || outcome === 'voicemail' || callWithoutFinalWord
    case 'conversation':
      return outcome === 'conversation' || callWithoutFinalWord
    case 'reached':
      return outcome !== 'no-answer' && outcome !== 'failed'
  }
}

/**
 * Is it within what the rule sums over? (S9)
 *
 * A contact that does not say counts. Contacts to somebody else with the same number
 * count for the number alone.
 */
export function sharesKey(contact: ContactFacts, key: CountKey, account: string | null, address: string | null): boolean {
  if (contact.otherPerson && key !== 'address') return false
  if (key === 'account') return account === null || contact.accounts.length === 0 || contact.accounts.includes(account)
  if (key === 'address') return address === null || contact.address === null || contact.address === address
  return true
}

/** Which contacts a rule looks at. */
export interface Counted {
  readonly unit: CountUnit
  readonly key: CountKey
  readonly channels: readonly Channel[]
}

export const isCounted = (contact: ContactFacts, counted: Counted, account: string | null, address: string | null): boolean =>
  counted.channels.includes(contact.channel) && countsAs(contact, counted.unit) && sharesKey(contact, counted.key, account, address)
