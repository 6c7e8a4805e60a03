import type { Instant } from '../../model/time.ts'
import { addressSuppression, type Channel, compareTones } from '../../model/vocabulary.ts'
import type { RecipientAddress, RecipientContact, RecipientForDecision } from '../../record/dispatch/decision-inputs.ts'
import { writtenBefore } from '../dispatch/words.ts'
import type { ReceiptMeaning } from '../receipts.ts'
import type { SimulatedRecipient, SimulatedReminder } from './simulated-recipient.ts'

/** Records that a message went out, as settling does: a contact for the rules, and what planning reads of it. */
export function recordContact(
  { row, planning }: SimulatedRecipient,
  reminder: SimulatedReminder,
  address: RecipientAddress,
  outcome: RecipientContact['outcome'],
  now: Instant,
): RecipientContact {
  const { channel, mode, tone } = reminder
  const contact: RecipientContact = {
    at: now,
    channel,
    direction: 'outbound',
    accounts: reminder.accounts.map(({ accountId }) => accountId),
    hash: address.hash,
    outcome,
    by: 'decorum',
    mode,
    party: null,
    otherRecipient: false,
  }
  row.contacts.push(contact)
  for (const link of reminder.accounts) {
    const account = planning.accounts.find((a) => a.spellId === link.spellId)
    if (account === undefined) continue
    account.firstMessageAt ??= now
    account.lastMessageAt = now
    if (account.lastTone === null || compareTones(tone, account.lastTone) > 0) account.lastTone = tone
  }
  if (channel === 'email') planning.lastEmailAt = Math.max(planning.lastEmailAt ?? 0, now)
  return contact
}

/** Records the effect of a receipt on a contact, as applying one in production does. */
export function recordReceipt(
  recipient: SimulatedRecipient,
  contact: RecipientContact,
  reminder: SimulatedReminder,
  meaning: Pick<ReceiptMeaning, 'contact' | 'suppress'>,
  now: Instant,
): void {
  const { row, planning } = recipient
  if (meaning.contact === null) row.contacts.splice(row.contacts.indexOf(contact), 1)
  else contact.outcome = meaning.contact
  if (meaning.contact === null || meaning.contact === 'failed')
    recipient.earlier = recipient.earlier.filter(({ reminderId }) => reminderId !== reminder.id)
  if (meaning.contact === 'conversation') {
    contact.party ??= 'recipient'
    planning.lastConversationAt = Math.max(planning.lastConversationAt ?? 0, contact.at)
    for (const other of recipient.waiting) other.nextAt = Math.min(other.nextAt, now)
  }
  const { emails } = writtenBefore(row)
  planning.lastEmailAt = emails.length === 0 ? null : Math.max(...emails)
  if (meaning.suppress === null) return
  row.suppressions.push({ ...addressSuppression(meaning.suppress), hash: contact.hash, from: now })
  const usable = usableChannels(row.addresses, row.suppressions)
  planning.channels = planning.channels.filter((channel) => usable.includes(channel))
}

/** On which channels has the recipient an address of their own without a permanent suppression? As `planningInputs` asks the ledger. */
export function usableChannels(
  addresses: RecipientForDecision['addresses'],
  suppressions: RecipientForDecision['suppressions'],
): Channel[] {
  const usable = (address: RecipientAddress) =>
    address.relation === 'self' && !suppressions.some(({ hash, until }) => hash === address.hash && until === null)
  return [...new Set(addresses.filter(usable).map(({ channel }) => channel))]
}
