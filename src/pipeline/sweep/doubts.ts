import type { LookUp, Provider } from '../../deliver/provider.ts'
import type { DoubtResolution } from '../../intake/bodies.ts'
import type { DeliveryWord } from '../../model/delivery.ts'
import { DecorumError } from '../../model/errors.ts'
import { DAY, HOUR, MINUTE } from '../../model/time.ts'
import type { Channel } from '../../model/vocabulary.ts'
import { writeSettlements } from '../../record/dispatch/settlement.ts'
import { type Doubt, doubtedAttempt, type DoubtedAttempt, recordDoubtAnswer, type Rival, rivalsOf, takeToLookUp } from '../../record/doubts.ts'
import { isId } from '../../record/id.ts'
import { type Locked, takeLocks } from '../../record/locks.ts'
import { attemptAddress } from '../../record/suppressions.ts'
import type { DoubtAnswerView } from '../../report/views/operations.ts'
import { inWriteTransaction } from '../accept/write-transaction.ts'
import { settle } from '../dispatch/settle-stream.ts'
import { settlementOf } from '../dispatch/settlement.ts'
import { noteReminders } from '../notify.ts'
import { PersonalData } from '../personal-data.ts'
import { applyReceipt, applyReceiptIn } from '../receipts.ts'
import type { Actor, Shell } from '../runtime.ts'
import { sentMessage } from '../sent-message.ts'

/** Where to ask about a route's attempts; null when this process does not know the route. */
export type BooksOf = (route: string, live: boolean) => { provider: Provider; from: string } | null

const LOOK_UP_EVERY_MS = 60_000
/** Beyond lease end, call deadline and validity, before "not found" is believed: lists lag behind. */
const BELIEVE_AFTER_MS = HOUR / 4

/**
 * Asks providers about attempts in doubt.
 *
 * Found: accepted. Not found counts only where the provider declares its look-up conclusive, and only
 * once the call, however late it began, can no longer turn up; then it was surely not sent and the
 * reminder is decided again. Everything else waits for an operator.
 */
export async function lookUpDoubts(shell: Shell, booksOf: BooksOf, everyMs = LOOK_UP_EVERY_MS): Promise<number> {
  let resolved = 0
  for (const doubt of await takeToLookUp(shell.ledger.db, 'doubt', everyMs, 100)) {
    const books = booksOf(doubt.route, doubt.live)
    if (books === null) continue
    const answer = await askBooks(shell, doubt, books)
    if (await resolve(shell, doubt, books.provider, answer)) resolved++
  }
  return resolved
}

type Answer = Exclude<LookUp, { kind: 'alike' }>

/** What do the provider's books say of this attempt? Never throws: one that cannot even be opened must not keep the others from being looked up. */
export async function askBooks(shell: Shell, doubt: Doubt, books: { provider: Provider; from: string }): Promise<Answer> {
  try {
    const data = new PersonalData(shell.vault, { id: doubt.recipientId, dataKey: doubt.dataKey, dataKeyId: doubt.dataKeyId })
    const to = data.address({ id: doubt.addressId, value: doubt.addressValue?.toString('hex') ?? null })
    const sent = await sentMessage(shell, doubt)
    if (to === null) return { kind: 'unavailable', detail: 'the person was erased' }
    if (sent.state !== 'kept') return { kind: 'unavailable', detail: 'the words of that version cannot be rendered any more' }
    const answer = await books.provider.lookUp({
      attempt: { reminderId: doubt.reminderId, attemptNo: doubt.attemptNo }, to, from: books.from, message: sent.message,
      notBefore: doubt.reservedAt.getTime(), notAfter: doubt.goodUntil.getTime(),
      ...(doubt.providerRef === null ? {} : { reference: doubt.providerRef }),
    })
    return answer.kind === 'alike' ? ownRow(answer, doubt, await rivalsOf(shell.ledger.db, doubt, [...shell.config.creditors.keys()])) : answer
  } catch (error) {
    return { kind: 'unavailable', detail: error instanceof DecorumError ? error.code : (error as Error).name }
  }
}

async function resolve(shell: Shell, doubt: Doubt, provider: Provider, answer: Answer): Promise<boolean> {
  const attempt = { reminderId: doubt.reminderId, attemptNo: doubt.attemptNo }
  switch (answer.kind) {
    case 'found': {
      const word = answer.word ?? { state: 'sent', final: false, code: null, class: null }
      await applyReceipt(shell, { ...attempt, word, dedupe: `look-up ${word.state}`, saidAt: null, providerRef: answer.reference, by: 'look-up' })
      return true
    }
    case 'not-found': {
      if (!provider.lookUpIsConclusive || doubt.sinceLeaseMs < doubt.validSeconds * 1000 + BELIEVE_AFTER_MS) return false
      const end = { kind: 'rejected', class: 'retriable', code: 'not_in_books', detail: 'the provider has no record of it' } as const
      await settle(shell, [settlementOf(attempt, doubt.channel, end, doubt.attempts, shell.clock.now(), 0)])
      return true
    }
    case 'unavailable':
      shell.log.warn({ event: 'doubt.lookup_failed', reminder: doubt.reminderId, attempt: doubt.attemptNo, detail: answer.detail }, 'in-doubt attempt not looked up: the provider did not answer')
      return false
  }
}

type Alike = Extract<LookUp, { kind: 'alike' }>

interface Own {
  reminderId: string
  attemptNo: number
  reservedAt: Date
}

/**
 * Which of the rows that look like this attempt is its own?
 *
 * A row that another attempt is known to have made is out. Where fewer are left than there are attempts that may have made them,
 * nobody can say whose they are: taking one would record a message as sent that never was, and its maker's as lost, to be sent
 * again. Where there are enough, all of them got there, and each takes its own by age.
 *
 * @param rivals  as the ledger has them after the books were read: whoever is in the books was reserved before that
 */
export function ownRow({ rows, complete }: Alike, own: Own, rivals: readonly Rival[]): Exclude<LookUp, Alike> {
  const taken = new Set(rivals.map((rival) => rival.providerRef))
  const free = rows.filter(({ reference }) => !taken.has(reference))
  if (free.length === 0) return complete ? { kind: 'not-found' } : { kind: 'unavailable', detail: 'too many messages to this recipient to search' }
  const claimants = [own, ...rivals.filter((rival) => rival.looksAlike && rival.providerRef === null)].sort(byAge)
  const row = free.length < claimants.length ? undefined : free[claimants.indexOf(own)]
  if (row === undefined) return { kind: 'unavailable', detail: `${free.length} in the provider's books look like it, and ${claimants.length} attempts may have made them` }
  return { kind: 'found', ...row }
}

const keyOf = ({ reminderId, attemptNo }: Own): string => `${reminderId} ${String(attemptNo).padStart(5, '0')}`

/** The same for everybody who asks, so that two never take the same row. */
const byAge = (a: Own, b: Own): number => a.reservedAt.getTime() - b.reservedAt.getTime() || (keyOf(a) < keyOf(b) ? -1 : 1)

/** Receipts come within minutes; whoever has none by then is asked about, and again at this interval for two days. */
const SILENT_AFTER_MS = 5 * MINUTE
const ASK_FOR_RECEIPTS_EVERY_MS = 10 * MINUTE
const ASK_FOR_MS = 2 * DAY
const AT_ONCE = 50

/**
 * Asks providers what became of messages whose end nobody reported.
 *
 * Callbacks are best effort (Twilio repeats one only on a failed connection, and not beyond 15 s), and
 * without a public address none can come at all; nothing about a person may hang on one.
 */
export async function askForReceipts(shell: Shell, booksOf: BooksOf, everyMs = ASK_FOR_RECEIPTS_EVERY_MS): Promise<number> {
  const now = shell.clock.now()
  const period = { from: new Date(now - ASK_FOR_MS), to: new Date(now - SILENT_AFTER_MS) }
  let applied = 0
  for (const attempt of await takeToLookUp(shell.ledger.db, 'unfinished', everyMs, AT_ONCE, period)) {
    const books = booksOf(attempt.route, attempt.live)
    const answer = books === null || books.provider.harmless ? null : await askBooks(shell, attempt, books)
    if (answer?.kind !== 'found' || answer.word === null) continue
    const { reminderId, attemptNo } = attempt
    const result = await applyReceipt(shell, { reminderId, attemptNo, word: answer.word, dedupe: `asked ${answer.word.state}`, saidAt: null, by: 'look-up' })
    if (result === 'applied') applied++
  }
  return applied
}

/**
 * Takes an operator's word on an attempt that may or may not have gone out.
 *
 * Accepted, it counts as sent from when it was reserved. Rejected, it counts nowhere and the reminder
 * is decided again, as a new attempt. Left, it stays in doubt, and that somebody looked is on the record.
 *
 * @throws DECORUM_NOT_FOUND; DECORUM_STATE_CONFLICT when it is not in doubt (any more)
 */
export async function resolveDoubt(shell: Shell, actor: Actor, reminderId: string, attemptNo: number, body: DoubtResolution): Promise<DoubtAnswerView> {
  const { db } = shell.ledger
  const known = isId(reminderId) ? await doubtedAttempt(db, reminderId, attemptNo, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such attempt')
  return inWriteTransaction(shell, async (opened) => {
    const address = await attemptAddress(opened, reminderId, attemptNo)
    const trx = await takeLocks(opened, { recipients: [known.recipientId], addresses: address === null ? [] : [address] }, 'wait')
    const attempt = (await doubtedAttempt(trx, reminderId, attemptNo, actor.creditor)) as DoubtedAttempt
    if (attempt.status !== 'in_doubt') throw new DecorumError('DECORUM_STATE_CONFLICT', `this attempt is not in doubt; it is ${attempt.status}`)
    if (body.as === 'accept') await accept(shell, trx, actor, attempt, reminderId, attemptNo)
    if (body.as === 'reject') await reject(shell, trx, attempt, reminderId, attemptNo)
    await recordDoubtAnswer(trx, { reminderId, attemptNo, as: body.as, reason: body.reason, by: actor.name, at: new Date(shell.clock.now()) })
    shell.log.warn({ event: 'doubt.resolved', reminder: reminderId, attempt: attemptNo, as: body.as, by: actor.name }, 'in-doubt attempt resolved by operator')
    const after = (await doubtedAttempt(trx, reminderId, attemptNo, actor.creditor)) as DoubtedAttempt
    return { reminderId, attemptNo, as: body.as, reminderStatus: after.reminderStatus }
  })
}

async function accept(shell: Shell, trx: Locked, actor: Actor, attempt: DoubtedAttempt, reminderId: string, attemptNo: number): Promise<void> {
  await applyReceiptIn(shell, trx, {
    reminderId, attemptNo, word: acceptedAs(attempt.channel), dedupe: 'operator accept', saidAt: null, by: `operator:${actor.name}`,
  })
}

/** A call that was made and of which nothing else is known is taken for a talk, the worst it can have been. */
const acceptedAs = (channel: Channel): DeliveryWord =>
  channel === 'phone' ? { state: 'conversation', final: true, code: 'operator', class: null } : { state: 'sent', final: false, code: 'operator', class: null }

async function reject(shell: Shell, trx: Locked, attempt: DoubtedAttempt, reminderId: string, attemptNo: number): Promise<void> {
  const end = { kind: 'rejected', class: 'retriable', code: 'operator_rejected', detail: 'an operator knows that it did not go out' } as const
  const now = shell.clock.now()
  // As if no try had failed before: an operator's word alone does not end a reminder.
  const { entry } = settlementOf({ reminderId, attemptNo }, attempt.channel, end, 0, now, 0)
  await writeSettlements(trx, [entry], now)
  await noteReminders(shell, trx, [{ ...entry, before: attempt.reminderStatus }], now)
}
