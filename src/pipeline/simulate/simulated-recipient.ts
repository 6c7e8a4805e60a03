import type { Instant } from '../../model/time.ts'
import { addressSuppression, type Channel, compareTones } from '../../model/vocabulary.ts'
import type { Lapse, LinkedAccount, OwedReminder } from '../../plan/fallback.ts'
import type {
  AccountForDecision,
  EarlierMessage,
  RecipientForDecision,
  RecipientAddress,
  RecipientContact,
} from '../../record/dispatch/decision-inputs.ts'
import type { PlanningRecipient } from '../../record/planning.ts'
import { writtenBefore } from '../dispatch/words.ts'
import type { ReceiptMeaning } from '../receipts.ts'

/**
 * Pays everything that is overdue on an account: its spell ends as cured.
 *
 * Reminders about it are cancelled, also those about other accounts too; the steps of the other accounts
 * count as not planned and are planned again.
 */
export function payOff(
  recipient: SimulatedRecipient,
  accountId: string,
  now: Instant,
): { known: boolean; cancelled: SimulatedReminder[] } {
  const { planning, row, accounts } = recipient
  const account = accounts[accountId]
  if (account === undefined || account.state !== 'open') return { known: false, cancelled: [] }
  accounts[accountId] = {
    ...account,
    state: 'cured',
    overdueMinor: 0,
    dueDate: null,
    statedDaysPastDue: null,
    currentSpellId: null,
  }
  planning.accounts = planning.accounts.filter(({ id }) => id !== accountId)
  row.events.push({ type: 'payment', kind: null, at: now, account: accountId })
  planning.events.push({ type: 'payment', kind: null, at: now, account: accountId })
  const cancelled = recipient.waiting.filter((reminder) => reminder.accounts.some((a) => a.accountId === accountId))
  recipient.waiting = recipient.waiting.filter((reminder) => !cancelled.includes(reminder))
  for (const step of cancelled.flatMap(({ steps }) => steps)) {
    const other = planning.accounts.find(({ id }) => id === step.accountId)
    if (other !== undefined) other.handled = other.handled.filter((h) => h.rung !== step.rung || h.pass !== step.pass)
  }
  return { known: true, cancelled }
}

type Hold = SimulatedRecipient['row']['holds'][number]

/** When does the next of this recipient's holds end? Infinity: none has an end. */
export function nextHoldEnd({ row }: SimulatedRecipient): Instant {
  let next = Infinity
  for (const { until } of row.holds) if (until !== null && until < next) next = until
  return next
}

/** Ends a hold that has lapsed and records its event; true when the recipient must be planned again. */
export function endHold({ row, planning }: SimulatedRecipient, hold: Hold, { event, replan }: Lapse): boolean {
  row.holds.splice(row.holds.indexOf(hold), 1)
  const planned = planning.holds.findIndex(
    (h) => h.kind === hold.kind && h.account === hold.account && h.from === hold.from && h.until === hold.until,
  )
  if (planned >= 0) planning.holds.splice(planned, 1)
  if (event !== null) {
    row.events.push(event)
    planning.events.push({ ...event })
  }
  return planning.accounts.some(({ id }) => replan.account === null || id === replan.account)
}

/**
 * One recipient at one creditor, with everything that planning and deciding read.
 *
 * Plain data in the shapes that the ledger's queries return, so that the simulation calls the
 * core as production does. Holds no name and no variables' values: only whether they are known.
 * A simulation mutates it, so each run needs a fresh one.
 */
export interface SimulatedRecipient {
  /** The creditor's own id of the recipient: the same in every run, so that the same seed draws the same outcomes. */
  name: string
  planning: PlanningRecipient
  row: RecipientForDecision
  /** Every account that a reminder may be about, by our id. */
  accounts: Record<string, SimulatedAccount>
  /** Does the creditor state a name? */
  named: boolean
  /** Waiting reminders. */
  waiting: SimulatedReminder[]
  /**
   * Recent messages to them, oldest first. Those from the ledger were rendered with the name and the variables, which a
   * simulation does not have: of these only repeats between a ladder and a direct request are found.
   */
  earlier: EarlierMessage[]
}

/** A reminder that is owed from now on. */
export const newlyOwed = (owed: OwedReminder): SimulatedReminder => ({
  ...owed,
  id: owed.uniqueKey,
  tries: 0,
  steps: [],
  decidedAs: null,
})

/** The account as it would be read now, assuming a nightly balance update; empty where it is unknown. */
export function accountRowNow(
  recipient: SimulatedRecipient,
  { accountId, spellId, lead }: Omit<LinkedAccount, 'pass'>,
  now: Instant,
): AccountForDecision[] {
  const account = recipient.accounts[accountId]
  return account === undefined
    ? []
    : [{ ...account, reminderId: '', lead, spellId, asOf: new Date(now), variables: null }]
}

/** An account as dispatch reads it, with only the names of its variables. */
export type SimulatedAccount = Omit<AccountForDecision, 'reminderId' | 'lead' | 'spellId' | 'variables'> & {
  variableNames: string[]
}

/** A reminder that is owed. */
export interface SimulatedReminder extends OwedReminder {
  /** As the ledger names it; its unique key where the simulation made it. */
  id: string
  tries: number
  /** The ladder steps that it carries out; each is planned again when another account's payment cancels it. */
  steps: { accountId: string; rung: string; pass: number }[]
  /** The last decision's signature, so that a repeated decision counts once. */
  decidedAs: string | null
}

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
