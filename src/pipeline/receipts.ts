import type { Transaction } from 'kysely'
import { contradicts, type DeliveryReport, mergeDelivery, wordsWereMissing } from '../model/delivery.ts'
import { DAY, type Instant } from '../model/time.ts'
import {
  addressSuppression,
  type Channel,
  type ContactOutcome,
  type ReminderStatus,
  suppressionAfter,
  type SuppressionReason,
} from '../model/vocabulary.ts'
import { markSpellsOf } from '../record/dispatch/settlement.ts'
import { lockForAttempts, type Locked } from '../record/locks.ts'
import { inPipelinedTransaction, type Runner } from '../record/pg/pipeline.ts'
import {
  attemptKey,
  type DeliveryKnown,
  keepReceipts,
  keptReceipts,
  type ReceiptSubject,
  receiptSubjects,
  writeDeliveries,
} from '../record/receipts.ts'
import { wakeRemindersOf } from '../record/reminders.ts'
import type { AttemptStatus, Database, StoredReminderStatus } from '../record/schema.ts'
import { suppress } from './accept/suppress.ts'
import { runBisecting } from './bisect.ts'
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

/** Receipts that are written together at most. */
const MAX_BATCH = 100

/** Receipts that wait while others of the same ledger are being written. */
const streams = new WeakMap<Runtime['ledger'], ReceiptStream>()

/**
 * Applies a provider's receipt, in any order and any number of times.
 *
 * A final word never gives way to one that is not; knowledge that arrives late is always
 * recorded, and two final words that exclude each other raise an alarm. An attempt in doubt
 * is resolved by it. Receipts that arrive while others are written are written together.
 *
 * @returns  once it is committed
 */
export function applyReceipt(runtime: Runtime, receipt: ReceivedReceipt): Promise<ReceiptAnswer> {
  let stream = streams.get(runtime.ledger)
  if (stream === undefined) streams.set(runtime.ledger, (stream = new ReceiptStream()))
  return stream.add(runtime, receipt)
}

interface Waiting {
  runtime: Runtime
  receipt: ReceivedReceipt
  resolve: (answer: ReceiptAnswer) => void
  reject: (error: unknown) => void
}

/** A lone receipt is written at once; under load the next batch gathers while one is written. */
class ReceiptStream {
  #waiting: Waiting[] = []
  #writing = false

  add(runtime: Runtime, receipt: ReceivedReceipt): Promise<ReceiptAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ runtime, receipt, resolve, reject })
      if (!this.#writing) void this.#write()
    })
  }

  async #write(): Promise<void> {
    this.#writing = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH)
      const { runtime } = batch[0] as Waiting
      try {
        await runBisecting(
          batch,
          async (part) => {
            const answers = await inPipelinedTransaction(runtime.ledger, (transaction) =>
              applyAll(
                runtime,
                transaction,
                transaction.trx,
                part.map((one) => one.receipt),
              ),
            )
            part.forEach((one, i) => one.resolve(answers[i] as ReceiptAnswer))
            return []
          },
          (one, error) => {
            one.reject(error)
            return []
          },
        )
      } catch (error) {
        // Whoever has been answered already is not answered again.
        for (const one of batch) one.reject(error)
      }
    }
    this.#writing = false
  }
}

/** The same in a transaction of the caller's, which may hold the locks of the recipient and the address already. */
export const applyReceiptIn = async (
  runtime: Runtime,
  opened: Transaction<Database>,
  receipt: ReceivedReceipt,
): Promise<ReceiptAnswer> => (await applyAll(runtime, opened, opened, [receipt]))[0] as ReceiptAnswer

/** What these receipts make of one attempt. */
interface Told {
  subject: ReceiptSubject
  before: DeliveryReport | null
  word: DeliveryReport | null
  /** The first reference that a receipt named. */
  providerRef: string | null
  /** The last receipt that changed something. */
  last: ReceivedReceipt | null
}

/** One that receipts have changed, and what its word means now. */
type Changed = Told & { word: DeliveryReport; last: ReceivedReceipt; meaning: ReceiptMeaning }

/** @param trx  the transaction that `on` runs in */
async function applyAll(
  runtime: Runtime,
  on: Runner,
  trx: Transaction<Database>,
  receipts: readonly ReceivedReceipt[],
): Promise<ReceiptAnswer[]> {
  const asOf = runtime.clock.now()
  const [locked, subjects, kept] = await Promise.all([
    lockForAttempts(on, trx, [...new Set(receipts.map((receipt) => receipt.reminderId))], new Date(asOf + DAY)),
    receiptSubjects(on, uniqueAttempts(receipts), asOf),
    keptReceipts(on, receipts),
  ])
  const now = runtime.clock.now()
  const told = new Map<string, Told>(
    subjects.map((subject) => {
      const before = wordOf(subject)
      return [attemptKey(subject), { subject, before, word: before, providerRef: null, last: null }]
    }),
  )
  const seen = new Set(kept.map(receiptKey))
  const fresh: Parameters<typeof keepReceipts>[2][number][] = []
  const answers = receipts.map((receipt): ReceiptAnswer => {
    const attempt = told.get(attemptKey(receipt))
    if (attempt === undefined) return 'unknown'
    attempt.providerRef ??= receipt.providerRef ?? null
    if (seen.has(receiptKey(receipt))) return 'repeated'
    seen.add(receiptKey(receipt))
    const { subject } = attempt
    if (contradicts(attempt.word, receipt.word))
      runtime.log.error(
        {
          event: 'receipt.contradicted',
          reminder: receipt.reminderId,
          attempt: receipt.attemptNo,
          had: attempt.word?.state,
          got: receipt.word.state,
        },
        'two final receipts exclude each other; the one that counts more stands',
      )
    const word = mergeDelivery(attempt.word, receipt.word)
    const resolves = attempt.last === null && (subject.status === 'in_doubt' || subject.status === 'sending')
    const changed = resolves || JSON.stringify(attempt.word) !== JSON.stringify(word)
    fresh.push({ ...receipt, recipientId: subject.recipientId, receivedAt: now, changed })
    if (!changed) return 'no_change'
    attempt.word = word
    attempt.last = receipt
    return 'applied'
  })
  const changed = [...told.values()].flatMap(({ word, last, ...one }): Changed[] =>
    word === null || last === null ? [] : [{ ...one, word, last, meaning: receiptMeaning(one.subject.channel, word) }],
  )
  const deliveries = changed.map((one) => deliveryOf(one, now))
  await Promise.all([
    fresh.length > 0 && keepReceipts(on, locked, fresh),
    deliveries.length > 0 && writeDeliveries(on, locked, deliveries),
    // Settling as accepted marked the spells already; an attempt whose result is not written yet has not been marked.
    markSpellsOf(
      on,
      locked,
      deliveries.filter((one, i) => one.attemptStatus === 'accepted' && changed[i]?.subject.status !== 'accepted'),
    ),
  ])
  for (const one of changed) await followUp(runtime, locked, one, now)
  return answers
}

const receiptKey = (receipt: { reminderId: string; attemptNo: number; dedupe: string }): string =>
  `${attemptKey(receipt)} ${receipt.dedupe}`

const uniqueAttempts = (receipts: readonly ReceivedReceipt[]): ReceivedReceipt[] => [
  ...new Map(receipts.map((receipt) => [attemptKey(receipt), receipt])).values(),
]

function deliveryOf({ subject, word, last, meaning, providerRef }: Changed, now: Instant): DeliveryKnown {
  return {
    reminderId: subject.reminderId,
    attemptNo: subject.attemptNo,
    recipientId: subject.recipientId,
    reservedAt: subject.reservedAt,
    word,
    at: now,
    attemptStatus: statusAfter(subject.status, word.state === 'not-sent'),
    providerRef,
    rejection: word.class,
    resolvedBy: subject.status === 'in_doubt' ? (last.by ?? 'receipt') : null,
    reminderStatus: meaning.reminder,
    endReason: meaning.endReason,
    movesReminder: subject.isLast,
    contact: meaning.contact,
  }
}

/** What a word means beyond its attempt and its reminder. */
async function followUp(
  runtime: Runtime,
  trx: Locked,
  { subject, before, word, meaning }: Changed,
  now: Instant,
): Promise<void> {
  const { reminderId, attemptNo, recipientId, creditor, hash } = subject
  const about = { reminderId, attemptNo, code: word.code }
  if (meaning.suppress !== null) {
    const source = `receipt:${word.code ?? ''}`
    await suppress(
      runtime,
      trx,
      { recipientId, creditor, hash, ...addressSuppression(meaning.suppress), source, by: source },
      { owners: [recipientId], now, notice: { ...about, by: 'provider' }, wake: false },
    )
  }
  if (meaning.contact === 'conversation') await wakeRemindersOf(trx, recipientId, new Date(now))
  if (meaning.fallBack && before?.state !== word.state)
    await fallBack(runtime, trx, reminderId, 'provider_refused', now)
  await addReminderNotices(runtime, trx, [{ ...about, before: statusBefore(subject) }], now)
}

/** One that is scheduled and has an attempt without a result is being sent. */
const statusBefore = ({ reminderStatus }: ReceiptSubject): ReminderStatus =>
  reminderStatus === 'scheduled' ? 'sending' : reminderStatus

const wordOf = (subject: ReceiptSubject): DeliveryReport | null =>
  subject.delivery === null
    ? null
    : { state: subject.delivery, final: subject.deliveryFinal, code: subject.deliveryCode, class: subject.rejection }

/** A receipt proves that the provider had the attempt; only `not-sent` says that nothing came of it. */
const statusAfter = (status: AttemptStatus, surelyNotSent: boolean): Exclude<AttemptStatus, 'sending'> =>
  surelyNotSent ? 'rejected' : status === 'sending' || status === 'in_doubt' ? 'accepted' : status

/** What a provider's word on an attempt means for caps, for the reminder and for the address. */
export interface ReceiptMeaning {
  contact: ContactOutcome | null
  reminder: Extract<ReminderStatus, StoredReminderStatus>
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
