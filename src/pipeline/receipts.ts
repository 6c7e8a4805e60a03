import type { Transaction } from 'kysely'
import { contradicts, type DeliveryReport, mergeDelivery, wordsWereMissing } from '../model/delivery.ts'
import type { Instant } from '../model/time.ts'
import {
  addressSuppression,
  type Channel,
  type ContactOutcome,
  type ReminderStatus,
  suppressionAfter,
  type SuppressionReason,
} from '../model/vocabulary.ts'
import { markSpells } from '../record/dispatch/settlement.ts'
import { takeLocks } from '../record/locks.ts'
import { lookUpByKey } from '../record/pg/batch.ts'
import { keepReceipt, receiptSubject, type ReceiptSubject, writeDelivery } from '../record/receipts.ts'
import { wakeRemindersOf } from '../record/reminders.ts'
import type { AttemptStatus, Database } from '../record/schema.ts'
import { attemptAddress } from '../record/receipts.ts'
import { suppress } from './accept/suppress.ts'
import { addReminderNotices } from './notify.ts'
import { fallBack } from './routing.ts'
import type { Runtime } from './runtime.ts'

/** A provider's receipt for one of our attempts, translated by its adapter. */
export interface ReceivedReceipt {
  reminderId: string
  attemptNo: number
  word: DeliveryReport
  /** The provider's own status and sequence: the same again is dropped. */
  dedupe: string
  /** When it happened according to the provider; null: not stated. */
  saidAt: Instant | null
  /** The provider's reference, when the attempt does not have it yet. */
  providerRef?: string | null
  /** Who resolved an attempt in doubt: `receipt`, `look-up`, `operator:<name>`. */
  by?: string
}

type ReceiptAnswer = 'applied' | 'no_change' | 'repeated' | 'unknown'

/**
 * Applies a provider's receipt, in any order and any number of times.
 *
 * A final word never gives way to one that is not; knowledge that arrives late is always
 * recorded, and two final words that exclude each other raise an alarm. An attempt in doubt
 * is resolved by it.
 */
export const applyReceipt = (runtime: Runtime, receipt: ReceivedReceipt): Promise<ReceiptAnswer> =>
  runtime.ledger.db.transaction().execute((trx) => applyReceiptIn(runtime, trx, receipt))

/** The same in a transaction of the caller's, which may hold the locks of the person and the address already. */
export async function applyReceiptIn(
  runtime: Runtime,
  opened: Transaction<Database>,
  receipt: ReceivedReceipt,
): Promise<ReceiptAnswer> {
  await lookUpByKey(opened)
  const address = await attemptAddress(opened, receipt.reminderId, receipt.attemptNo)
  if (address === null) return 'unknown'
  const trx = await takeLocks(opened, { recipients: [address.recipientId], addresses: [address] }, 'wait')
  const subject = (await receiptSubject(trx, receipt.reminderId, receipt.attemptNo)) as ReceiptSubject
  const now = runtime.clock.now()
  const before = wordOf(subject)
  const word = mergeDelivery(before, receipt.word)
  const resolves = subject.status === 'in_doubt' || subject.status === 'sending'
  const changed = resolves || JSON.stringify(before) !== JSON.stringify(word)
  const fresh = await keepReceipt(trx, {
    reminderId: receipt.reminderId,
    attemptNo: receipt.attemptNo,
    recipientId: subject.recipientId,
    dedupe: receipt.dedupe,
    word: receipt.word,
    saidAt: receipt.saidAt === null ? null : new Date(receipt.saidAt),
    receivedAt: new Date(now),
    changed,
  })
  if (!fresh) return 'repeated'
  if (contradicts(before, receipt.word)) {
    runtime.log.error(
      {
        event: 'receipt.contradicted',
        reminder: receipt.reminderId,
        attempt: receipt.attemptNo,
        had: before?.state,
        got: receipt.word.state,
      },
      'two final receipts exclude each other; the one that counts more stands',
    )
  }
  if (!changed) return 'no_change'
  const meaning = receiptMeaning(subject.channel, word)
  const surelyNotSent = word.state === 'not-sent'
  const status = statusAfter(subject.status, surelyNotSent)
  await writeDelivery(trx, {
    reminderId: receipt.reminderId,
    attemptNo: receipt.attemptNo,
    recipientId: subject.recipientId,
    reservedAt: subject.reservedAt,
    word,
    at: new Date(now),
    attemptStatus: status,
    providerRef: receipt.providerRef ?? null,
    rejection: word.class,
    resolvedBy: subject.status === 'in_doubt' ? (receipt.by ?? 'receipt') : null,
    reminderStatus: meaning.reminder,
    endReason: meaning.endReason,
    contact: meaning.contact,
  })
  // Settling as accepted marked the spells already; an attempt whose lease expired has not been marked.
  if (status === 'accepted' && subject.status !== 'accepted')
    await markSpells(trx, [{ reminderId: receipt.reminderId, reservedAt: subject.reservedAt }])
  const about = { reminderId: receipt.reminderId, attemptNo: receipt.attemptNo, code: word.code }
  if (meaning.suppress !== null) {
    const source = `receipt:${word.code ?? ''}`
    await suppress(
      runtime,
      trx,
      { ...address, ...addressSuppression(meaning.suppress), source, by: source },
      { owners: [address.recipientId], now, notice: { ...about, by: 'provider' }, wake: false },
    )
  }
  if (meaning.contact === 'conversation') await wakeRemindersOf(trx, subject.recipientId, new Date(now))
  if (meaning.fallBack && before?.state !== word.state)
    await fallBack(runtime, trx, receipt.reminderId, 'provider_refused', now)
  await addReminderNotices(runtime, trx, [{ ...about, before: subject.reminderStatus }], now)
  return 'applied'
}

const wordOf = (subject: ReceiptSubject): DeliveryReport | null =>
  subject.delivery === null
    ? null
    : { state: subject.delivery, final: subject.deliveryFinal, code: subject.deliveryCode, class: subject.rejection }

/** A receipt proves that the provider had the attempt; only `not-sent` says that nothing came of it. */
const statusAfter = (status: AttemptStatus, surelyNotSent: boolean): AttemptStatus =>
  surelyNotSent ? 'rejected' : status === 'sending' || status === 'in_doubt' ? 'accepted' : status

/** What a provider's word on an attempt means for caps, for the reminder and for the address. */
export interface ReceiptMeaning {
  contact: ContactOutcome | null
  reminder: ReminderStatus
  endReason: string | null
  suppress: SuppressionReason | null
  /** Another channel may carry the step. */
  fallBack: boolean
}

/**
 * What follows from this word?
 *
 * Only a word that the message surely never left takes the contact out of the caps. A failure
 * after it left (a full mailbox, a handset out of reach) leaves the contact counted as `failed`.
 */
export function receiptMeaning(channel: Channel, word: DeliveryReport): ReceiptMeaning {
  const quiet = { endReason: null, suppress: null, fallBack: false }
  switch (word.state) {
    case 'in-flight':
      return { ...quiet, contact: channel === 'phone' ? 'pending' : 'sent', reminder: 'sent' }
    case 'sent':
      return { ...quiet, contact: 'sent', reminder: 'sent' }
    case 'delivered':
      return { ...quiet, contact: 'delivered', reminder: 'delivered' }
    case 'conversation':
      return { ...quiet, contact: 'conversation', reminder: 'delivered' }
    case 'voicemail':
      return { ...quiet, contact: 'voicemail', reminder: 'delivered' }
    case 'no-answer':
      return { ...quiet, contact: 'no-answer', reminder: 'sent', endReason: 'no_answer' }
    case 'failed':
    case 'not-sent':
      // Somebody may have picked up and heard what we leave on machines: it counts as that, and as nothing sent.
      if (wordsWereMissing(word))
        return {
          contact: 'voicemail',
          reminder: 'failed',
          endReason: 'words_unavailable',
          suppress: null,
          fallBack: true,
        }
      return {
        contact: word.state === 'not-sent' ? null : 'failed',
        reminder: 'failed',
        endReason: `provider_${word.class ?? 'failed'}`,
        suppress: suppressionAfter(word.class),
        fallBack: true,
      }
  }
}
