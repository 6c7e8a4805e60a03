import type { DoubtResolution } from '../../intake/doubt-body.ts'
import type { Channel } from '../../model/channel.ts'
import { DecorumError } from '../../model/errors.ts'
import type { DeliveryWord } from '../../model/outcome.ts'
import { attemptAddress } from '../../record/dispatch/attempt-address.ts'
import { writeSettlements } from '../../record/dispatch/settlement.ts'
import { doubtedAttempt, recordDoubtAnswer, type DoubtedAttempt } from '../../record/doubts/doubts.ts'
import { isId } from '../../record/id.ts'
import { takeLocks, type Locked } from '../../record/locks.ts'
import type { DoubtAnswerView } from '../../report/doubt-view.ts'
import { inWriteTransaction } from '../accept/write-transaction.ts'
import { applyReceiptIn } from '../apply-receipt.ts'
import { settlementOf } from '../dispatch/settlement.ts'
import { noteReminders } from '../notify/note-reminders.ts'
import type { Actor, Shell } from '../shell.ts'

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
