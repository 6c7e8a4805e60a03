import type { LookUp, Provider } from '../../deliver/provider.ts'
import type { DoubtResolution } from '../../intake/bodies.ts'
import type { DeliveryReport } from '../../model/delivery.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Message } from '../../model/message.ts'
import { DAY, HOUR, MINUTE } from '../../model/time.ts'
import type { Channel } from '../../model/vocabulary.ts'
import { writeSettlements } from '../../record/dispatch/settlement.ts'
import {
  type Doubt,
  doubtedAttempt,
  type DoubtedAttempt,
  recordDoubtAnswer,
  type CompetingAttempt,
  competingAttempts,
  takeToLookUp,
} from '../../record/doubts.ts'
import { isId, newId } from '../../record/id.ts'
import { type Locked, takeLocks } from '../../record/locks.ts'
import { attemptAddress } from '../../record/receipts.ts'
import { doubtReason } from '../../record/vault/vault.ts'
import { messageHash } from '../../render/render.ts'
import type { DoubtAnswerView } from '../../report/views/operations.ts'
import { inWriteTransaction } from '../accept/write-transaction.ts'
import { settle } from '../dispatch/settle-stream.ts'
import { settlementOf } from '../dispatch/settlement.ts'
import { addReminderNotices } from '../notify.ts'
import { PersonalData, personalDataOf } from '../personal-data.ts'
import { applyReceipt, applyReceiptIn } from '../receipts.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { sentMessage } from '../sent-message.ts'

/** The provider to ask about a route's attempts; null when this process does not know the route. */
export type ProviderFor = (route: string, live: boolean) => { provider: Provider; from: string } | null

const LOOK_UP_EVERY_MS = 60_000
/** Beyond lease end, call deadline and validity, before "not found" is trusted: providers' lists lag behind. */
const TRUST_NOT_FOUND_AFTER_MS = HOUR / 4

/** Receipts normally come within minutes; after this the provider is polled, at this interval for two days. */
const RECEIPT_OVERDUE_AFTER_MS = 5 * MINUTE
const POLL_RECEIPTS_EVERY_MS = 10 * MINUTE
export const POLL_RECEIPTS_FOR_MS = 2 * DAY
const POLL_BATCH = 50

/**
 * Looks up attempts in doubt at their providers.
 *
 * Found: accepted. Not found counts only where the provider declares its look-up conclusive, and only
 * once the call, however late it began, can no longer appear; then it was not sent and the
 * reminder is decided again. Everything else waits for an operator.
 *
 * @returns  how many were resolved
 */
export async function lookUpDoubts(
  runtime: Runtime,
  providerFor: ProviderFor,
  everyMs = LOOK_UP_EVERY_MS,
): Promise<number> {
  let resolved = 0
  for (const doubt of await takeToLookUp(runtime.ledger.db, { which: 'doubt' }, everyMs, 100)) {
    const account = providerFor(doubt.route, doubt.live)
    if (account === null) continue
    const answer = await lookUpAtProvider(runtime, doubt, account)
    if (await resolve(runtime, doubt, account.provider, answer)) resolved++
  }
  return resolved
}

type Answer = Exclude<LookUp, { kind: 'alike' }>

/** What does the provider's record say of this attempt? Never throws, so that one unreadable attempt does not block the others. */
async function lookUpAtProvider(
  runtime: Runtime,
  doubt: Doubt,
  account: { provider: Provider; from: string },
): Promise<Answer> {
  try {
    const data = new PersonalData(runtime.vault, {
      id: doubt.recipientId,
      dataKey: doubt.dataKey,
      dataKeyId: doubt.dataKeyId,
    })
    const to = data.address({ id: doubt.addressId, value: doubt.addressValue?.toString('hex') ?? null })
    const sent = await sentMessage(runtime, doubt)
    if (to === null) return { kind: 'unavailable', detail: 'the recipient was erased' }
    if (sent.state !== 'kept')
      return { kind: 'unavailable', detail: 'the template version it was rendered from is not available any more' }
    const answer = await account.provider.lookUp({
      attempt: { reminderId: doubt.reminderId, attemptNo: doubt.attemptNo },
      to,
      from: account.from,
      message: sent.message,
      notBefore: doubt.reservedAt.getTime(),
      notAfter: doubt.goodUntil.getTime(),
      ...(doubt.providerRef === null ? {} : { reference: doubt.providerRef }),
    })
    return answer.kind === 'alike'
      ? matchOwnMessage(
          answer,
          doubt,
          (await competingAttempts(runtime.ledger.db, doubt, [...runtime.config.creditors.keys()])).map((other) => ({
            ...other,
            looksAlike: looksAlike(runtime, sent.message, other),
          })),
        )
      : answer
  } catch (error) {
    return { kind: 'unavailable', detail: error instanceof DecorumError ? error.code : (error as Error).name }
  }
}

async function resolve(runtime: Runtime, doubt: Doubt, provider: Provider, answer: Answer): Promise<boolean> {
  const attempt = { reminderId: doubt.reminderId, attemptNo: doubt.attemptNo }
  switch (answer.kind) {
    case 'found': {
      const word = answer.word ?? { state: 'sent', final: false, code: null, class: null }
      await applyReceipt(runtime, {
        ...attempt,
        word,
        dedupe: `look-up ${word.state}`,
        saidAt: null,
        providerRef: answer.reference,
        by: 'look-up',
      })
      return true
    }
    case 'not-found': {
      if (!provider.lookUpIsConclusive || doubt.sinceLeaseMs < doubt.validSeconds * 1000 + TRUST_NOT_FOUND_AFTER_MS)
        return false
      const end = {
        kind: 'rejected',
        class: 'retriable',
        code: 'not_in_books',
        detail: 'the provider has no record of it',
      } as const
      await settle(runtime, [
        settlementOf(
          { ...attempt, reservedAt: doubt.reservedAt.getTime() },
          doubt.channel,
          end,
          doubt.attempts,
          runtime.clock.now(),
          0,
        ),
      ])
      return true
    }
    case 'unavailable':
      runtime.log.warn(
        { event: 'doubt.lookup_failed', reminder: doubt.reminderId, attempt: doubt.attemptNo, detail: answer.detail },
        'in-doubt attempt not looked up: the provider did not answer',
      )
      return false
  }
}

type Alike = Extract<LookUp, { kind: 'alike' }>

interface Own {
  reminderId: string
  attemptNo: number
  reservedAt: Date
}

/** `looksAlike`: its record would look the same as ours. */
export type Competing = Own & Pick<CompetingAttempt, 'providerRef'> & { looksAlike: boolean }

/** Records of calls all look alike, and what an erased person was sent cannot be told from it any more. */
function looksAlike({ vault }: Pick<Runtime, 'vault'>, message: Message, other: CompetingAttempt): boolean {
  if (other.channel === 'phone' || other.dataKey === null) return true
  const data = new PersonalData(vault, { id: other.recipientId, dataKey: other.dataKey, dataKeyId: other.dataKeyId })
  return data.isDigest('message', Buffer.from(messageHash(message), 'hex'), other.messageHash)
}

/**
 * Which of the provider's rows that look like this attempt is its own?
 *
 * Rows that belong to other known attempts are excluded. With fewer rows left than candidate attempts, the match is
 * ambiguous: a wrong one would record an unsent message as sent, and a sent one as lost and send it again. Otherwise
 * every candidate was sent, and rows are matched in order of age.
 *
 * @param competing  read from the ledger after the look-up, so that every attempt that can have made a row is among them
 */
export function matchOwnMessage(
  { rows, complete }: Alike,
  own: Own,
  competing: readonly Competing[],
): Exclude<LookUp, Alike> {
  const taken = new Set(competing.map(({ providerRef }) => providerRef))
  const free = rows.filter(({ reference }) => !taken.has(reference))
  if (free.length === 0)
    return complete
      ? { kind: 'not-found' }
      : { kind: 'unavailable', detail: 'too many messages to this recipient to search' }
  const candidates = [
    own,
    ...competing.filter(({ looksAlike, providerRef }) => looksAlike && providerRef === null),
  ].sort(byAge)
  const row = free.length < candidates.length ? undefined : free[candidates.indexOf(own)]
  if (row === undefined)
    return {
      kind: 'unavailable',
      detail: `${free.length} messages in the provider's record look like it, and ${candidates.length} attempts may have made them`,
    }
  return { kind: 'found', ...row }
}

const keyOf = ({ reminderId, attemptNo }: Own): string => `${reminderId} ${String(attemptNo).padStart(5, '0')}`

/** A total order, so that two look-ups never claim the same row. */
const byAge = (a: Own, b: Own): number =>
  a.reservedAt.getTime() - b.reservedAt.getTime() || (keyOf(a) < keyOf(b) ? -1 : 1)

/**
 * Polls providers for the status of messages without a final receipt.
 *
 * Callbacks are best effort (Twilio repeats one only on a failed connection, and not beyond 15 s), and
 * without a public URL none can come at all, so nothing may depend on one.
 *
 * @returns  how many receipts were applied
 */
export async function pollReceipts(
  runtime: Runtime,
  providerFor: ProviderFor,
  everyMs = POLL_RECEIPTS_EVERY_MS,
): Promise<number> {
  const now = runtime.clock.now()
  const overdue = {
    which: 'unfinished',
    from: new Date(now - POLL_RECEIPTS_FOR_MS),
    to: new Date(now - RECEIPT_OVERDUE_AFTER_MS),
  } as const
  let applied = 0
  for (const attempt of await takeToLookUp(runtime.ledger.db, overdue, everyMs, POLL_BATCH)) {
    const account = providerFor(attempt.route, attempt.live)
    const answer =
      account === null || account.provider.harmless ? null : await lookUpAtProvider(runtime, attempt, account)
    if (answer?.kind !== 'found' || answer.word === null) continue
    const { reminderId, attemptNo } = attempt
    const result = await applyReceipt(runtime, {
      reminderId,
      attemptNo,
      word: answer.word,
      dedupe: `asked ${answer.word.state}`,
      saidAt: null,
      by: 'look-up',
    })
    if (result === 'applied') applied++
  }
  return applied
}

/**
 * Applies an operator's answer about an attempt in doubt.
 *
 * `accept`: it counts as sent from when it was reserved. `reject`: it counts nowhere and the reminder
 * is decided again, as a new attempt. `leave`: it stays in doubt, and the operator's answer is recorded.
 *
 * @throws DECORUM_NOT_FOUND; DECORUM_STATE_CONFLICT when it is not in doubt (any more)
 */
export async function resolveDoubt(
  runtime: Runtime,
  actor: Actor,
  reminderId: string,
  attemptNo: number,
  body: DoubtResolution,
): Promise<DoubtAnswerView> {
  const { db } = runtime.ledger
  const known = isId(reminderId) ? await doubtedAttempt(db, reminderId, attemptNo, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such attempt')
  return inWriteTransaction(runtime, actor, async (opened) => {
    const address = await attemptAddress(opened, reminderId, attemptNo)
    const trx = await takeLocks(
      opened,
      { recipients: [known.recipientId], addresses: address === null ? [] : [address] },
      'wait',
    )
    const attempt = (await doubtedAttempt(trx, reminderId, attemptNo, actor.creditor)) as DoubtedAttempt
    if (attempt.status !== 'in_doubt')
      throw new DecorumError('DECORUM_STATE_CONFLICT', `this attempt is not in doubt; it is ${attempt.status}`)
    if (body.as === 'accept') await accept(runtime, trx, actor, attempt, reminderId, attemptNo)
    if (body.as === 'reject') await reject(runtime, trx, attempt, reminderId, attemptNo)
    const id = newId()
    const person = await personalDataOf(runtime, trx, known.recipientId)
    await recordDoubtAnswer(trx, {
      id,
      reminderId,
      attemptNo,
      as: body.as,
      reason: person.sealText(doubtReason(id), body.reason),
      by: actor.name,
      at: new Date(runtime.clock.now()),
    })
    runtime.log.warn(
      { event: 'doubt.resolved', reminder: reminderId, attempt: attemptNo, as: body.as, by: actor.name },
      'in-doubt attempt resolved by operator',
    )
    const after = (await doubtedAttempt(trx, reminderId, attemptNo, actor.creditor)) as DoubtedAttempt
    return { reminderId, attemptNo, as: body.as, reminderStatus: after.reminderStatus }
  })
}

async function accept(
  runtime: Runtime,
  trx: Locked,
  actor: Actor,
  attempt: DoubtedAttempt,
  reminderId: string,
  attemptNo: number,
): Promise<void> {
  await applyReceiptIn(runtime, trx, {
    reminderId,
    attemptNo,
    word: acceptedAs(attempt.channel),
    dedupe: 'operator accept',
    saidAt: null,
    by: `operator:${actor.name}`,
  })
}

/** A call of which nothing else is known counts as a conversation, the strictest outcome. */
const acceptedAs = (channel: Channel): DeliveryReport =>
  channel === 'phone'
    ? { state: 'conversation', final: true, code: 'operator', class: null }
    : { state: 'sent', final: false, code: 'operator', class: null }

async function reject(
  runtime: Runtime,
  trx: Locked,
  attempt: DoubtedAttempt,
  reminderId: string,
  attemptNo: number,
): Promise<void> {
  const end = {
    kind: 'rejected',
    class: 'retriable',
    code: 'operator_rejected',
    detail: 'an operator knows that it did not go out',
  } as const
  const now = runtime.clock.now()
  // Zero tries spent: an operator's answer alone must not end a reminder.
  const { entry } = settlementOf(
    { reminderId, attemptNo, reservedAt: attempt.reservedAt.getTime() },
    attempt.channel,
    end,
    0,
    now,
    0,
  )
  await writeSettlements(trx, [entry], now)
  await addReminderNotices(runtime, trx, [{ ...entry, before: attempt.reminderStatus }], now)
}
