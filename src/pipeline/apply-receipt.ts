import type { Transaction } from 'kysely'
import type { Instant } from '../model/instant.ts'
import { contradicts, mergeDelivery } from '../model/delivery-merge.ts'
import type { DeliveryWord } from '../model/outcome.ts'
import { addressSuppression } from '../model/suppression.ts'
import { wakeRemindersOf } from '../record/accepting/waiting-reminders.ts'
import { attemptAddress } from '../record/dispatch/attempt-address.ts'
import { takeLocks } from '../record/locks.ts'
import { lookUpByKey } from '../record/look-up-by-key.ts'
import { markSpells } from '../record/dispatch/spell-progress.ts'
import { keepReceipt, receiptSubject, writeDelivery, type ReceiptSubject } from '../record/receipts/receipt-written.ts'
import type { AttemptStatus, Database } from '../record/schema.ts'
import { suppress } from './accept/suppress.ts'
import { fallBack } from './fall-back.ts'
import { noteReminders } from './notify/note-reminders.ts'
import { receiptMeaning } from './receipt-meaning.ts'
import type { Shell } from './shell.ts'

/** A provider's later word on one of our attempts, translated by its adapter. */
export interface Receipt {
  reminderId: string
  attemptNo: number
  word: DeliveryWord
  /** The provider's own status and sequence: the same again is dropped. */
  dedupe: string
  /** When the provider says it happened; null when it does not say. */
  saidAt: Instant | null
  /** The provider's reference, when the attempt does not have it yet. */
  providerRef?: string | null
  /** Who resolved an attempt in doubt: `receipt`, `look-up`, `operator:<name>`. */
  by?: string
}

export type ReceiptAnswer = 'applied' | 'no_change' | 'repeated' | 'unknown'

/**
 * Takes in a provider's word: whenever it comes, in whatever order, however often.
 *
 * A final word never gives way to one that is not; knowledge that arrives late is always
 * recorded, and two final words that exclude each other raise an alarm. An attempt in doubt
 * is resolved by it.
 */
export const applyReceipt = (shell: Shell, receipt: Receipt): Promise<ReceiptAnswer> =>
  shell.ledger.db.transaction().execute((trx) => applyReceiptIn(shell, trx, receipt))

/** The same in a transaction of the caller's, which may hold the locks of the person and the address already. */
export async function applyReceiptIn(shell: Shell, opened: Transaction<Database>, receipt: Receipt): Promise<ReceiptAnswer> {
  await lookUpByKey(opened)
  const address = await attemptAddress(opened, receipt.reminderId, receipt.attemptNo)
  if (address === null) return 'unknown'
  const trx = await takeLocks(opened, { recipients: [address.recipientId], addresses: [address] }, 'wait')
  const subject = (await receiptSubject(trx, receipt.reminderId, receipt.attemptNo)) as ReceiptSubject
  const now = shell.clock.now()
  const before = wordOf(subject)
  const word = mergeDelivery(before, receipt.word)
  const resolves = subject.status === 'in_doubt' || subject.status === 'sending'
  const changed = resolves || JSON.stringify(before) !== JSON.stringify(word)
  const fresh = await keepReceipt(trx, {
    reminderId: receipt.reminderId, attemptNo: receipt.attemptNo, recipientId: subject.recipientId, dedupe: receipt.dedupe, word: receipt.word,
    saidAt: receipt.saidAt === null ? null : new Date(receipt.saidAt), receivedAt: new Date(now), changed,
  })
  if (!fresh) return 'repeated'
  if (contradicts(before, receipt.word)) {
    shell.log.error(
      { event: 'receipt.contradicted', reminder: receipt.reminderId, attempt: receipt.attemptNo, had: before?.state, got: receipt.word.state },
      'two final receipts exclude each other; the one that counts more stands',
    )
  }
  if (!changed) return 'no_change'
  const meaning = receiptMeaning(subject.channel, word)
  const surelyNotSent = word.state === 'not-sent'
  const status = statusAfter(subject.status, surelyNotSent)
  await writeDelivery(trx, {
    reminderId: receipt.reminderId, attemptNo: receipt.attemptNo, recipientId: subject.recipientId, reservedAt: subject.reservedAt,
    word, at: new Date(now), attemptStatus: status, providerRef: receipt.providerRef ?? null,
    rejection: word.class, resolvedBy: subject.status === 'in_doubt' ? (receipt.by ?? 'receipt') : null,
    reminderStatus: meaning.reminder, endReason: meaning.endReason, contact: meaning.contact,
  })
  // Whoever settled it as accepted has marked them; an attempt whose lease ran out nobody has.
  if (status === 'accepted' && subject.status !== 'accepted') await markSpells(trx, [{ reminderId: receipt.reminderId, reservedAt: subject.reservedAt }])
  const about = { reminderId: receipt.reminderId, attemptNo: receipt.attemptNo, code: word.code }
  if (meaning.suppress !== null) {
    const source = `receipt:${word.code ?? ''}`
    await suppress(shell, trx, { ...address, ...addressSuppression(meaning.suppress), source, by: source }, { owners: [address.recipientId], now, tell: { ...about, by: 'provider' }, wake: false })
  }
  if (meaning.contact === 'conversation') await wakeRemindersOf(trx, subject.recipientId, new Date(now))
  if (meaning.fallBack && before?.state !== word.state) await fallBack(shell, trx, receipt.reminderId, 'provider_refused', now)
  await noteReminders(shell, trx, [{ ...about, before: subject.reminderStatus }], now)
  return 'applied'
}

const wordOf = (subject: ReceiptSubject): DeliveryWord | null =>
  subject.delivery === null ? null : { state: subject.delivery, final: subject.deliveryFinal, code: subject.deliveryCode, class: subject.rejection }

/** A receipt proves that the provider had the attempt; only `not-sent` says that nothing came of it. */
const statusAfter = (status: AttemptStatus, surelyNotSent: boolean): AttemptStatus =>
  surelyNotSent ? 'rejected' : status === 'sending' || status === 'in_doubt' ? 'accepted' : status
