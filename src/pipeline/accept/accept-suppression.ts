import type { Transaction } from 'kysely'
import type { LiftBody, SuppressionBody } from '../../intake/bodies.ts'
import { numberVariants } from '../../model/address-rules.ts'
import { DecorumError } from '../../model/errors.ts'
import { effectOf } from '../../plan/effect-of.ts'
import { isId } from '../../record/id.ts'
import { lockAwaited, lockNewAddresses, takeLocks } from '../../record/locks.ts'
import { findRecipients, keyText } from '../../record/recipients.ts'
import { wakeRecipient } from '../../record/reminders.ts'
import type { Database } from '../../record/schema.ts'
import {
  findSuppression,
  writeSuppressionLifted,
  type UnsubscribeAddress,
  recipientsSuppressedBy,
  recipientsWithAddress,
} from '../../record/suppressions.ts'
import type { EndAnswer, SuppressionAnswer } from '../../report/views/operations.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { addressHash } from './merge-recipient.ts'
import { creditorOf, creditorOwning } from './resolve-creditor.ts'
import { type SuppressionInput, suppress } from './suppress.ts'
import { markContacts } from './write-drafts.ts'
import { ConcurrentModification, inWriteTransaction } from './write-transaction.ts'

/**
 * Records a stop. Once this is answered, no reservation made later sends past it.
 *
 * A stop of an address binds whoever has it, now or later; one that nobody has yet gets a row of its own to lock. A stop of
 * a person who is not known is kept, and acts when they come.
 */
export async function acceptSuppression(
  runtime: Runtime,
  actor: Actor,
  body: SuppressionBody,
): Promise<SuppressionAnswer> {
  const creditor =
    body.recipientId === undefined
      ? creditorOf(runtime, actor, body.creditor)
      : await creditorOwning(runtime, actor, body.creditor, 'recipient', body.recipientId, { mayBeUnknown: true })
  const anchor =
    body.value === undefined
      ? null
      : addressHash(runtime.vault, body.value.includes('@') ? 'email' : 'phone', body.value)
  return inWriteTransaction(runtime, async (opened) => {
    const recipientId =
      body.recipientId === undefined ? null : await recipientNamed(opened, creditor.id, body.recipientId)
    const others = await otherForms(runtime, opened, creditor.id, body.value)
    const named = recipientId === null ? [] : [recipientId]
    const owners = await ownersOf(
      opened,
      creditor.id,
      [...named, ...others.flatMap(({ recipients }) => recipients)],
      anchor,
    )
    const trx = await takeLocks(opened, { recipients: owners }, 'wait')
    await lockNewAddresses(
      trx,
      anchor === null ? [] : [{ creditor: creditor.id, ...anchor }],
      new Date(runtime.clock.now()),
      others,
    )
    const awaits = body.recipientId !== undefined && recipientId === null ? { recipient: body.recipientId } : null
    const wish: SuppressionInput = {
      creditor: creditor.id,
      scope: body.scope,
      recipientId,
      hash: anchor?.hash ?? null,
      channel: body.channel ?? null,
      reason: body.reason,
      source: body.source,
      by: actor.name,
      from: body.from,
      until: body.until,
      awaits,
    }
    const now = runtime.clock.now()
    const setting = { owners, now }
    const stopped = await suppress(runtime, trx, wish, setting)
    const { excess } = effectOf(
      { type: 'stop', scope: body.scope, channel: wish.channel, reason: body.reason },
      {
        now,
        effectiveAt: body.from ?? now,
        bookZone: creditor.bookZone,
        accounts: [],
        holds: [],
        heardBy: 'person',
      },
    )
    if (excess !== null)
      for (const recipient of stopped.recipients)
        await markContacts(trx, { ...excess, recipientId: recipient, exceptContact: null }, now)
    for (const { hash } of others)
      await suppress(runtime, trx, { ...wish, hash, cause: stopped.id }, { ...setting, tell: null })
    return {
      id: stopped.id,
      creditor: creditor.id,
      standing: stopped.standing,
      scope: stopped.scope,
      ...(awaits === null ? {} : { awaits: 'recipient' as const }),
    }
  })
}

/** Lifts a stop, and what follows from it; the record keeps who did and why. */
export async function liftSuppression(runtime: Runtime, actor: Actor, id: string, body: LiftBody): Promise<EndAnswer> {
  const named = isId(id) ? await findSuppression(runtime.ledger.db, id, actor.creditor) : null
  if (named === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such suppression')
  return inWriteTransaction(runtime, async (opened) => {
    // A stop that follows from an address's is lifted with it: they say one thing.
    const known = named.cause === null ? named : ((await findSuppression(opened, named.cause, null)) ?? named)
    const recipients = [
      ...(known.recipient_id === null ? [] : [known.recipient_id]),
      ...(await recipientsSuppressedBy(opened, known.id)),
    ]
    const anchor = known.address_hash === null ? null : { creditor: known.creditor, hash: known.address_hash }
    const owners = await ownersOf(opened, known.creditor, recipients, anchor)
    const trx = await takeLocks(opened, { recipients: owners, addresses: anchor === null ? [] : [anchor] }, 'wait')
    const at = new Date(runtime.clock.now())
    const changed = await writeSuppressionLifted(trx, known.id, at, actor.name, body.reason)
    if (changed) for (const owner of owners) await wakeRecipient(trx, owner, at)
    return { id, changed }
  })
}

/** Other forms of the same number that people are known by: a stop must not miss its number for a digit. */
async function otherForms(
  runtime: Runtime,
  trx: Transaction<Database>,
  creditor: string,
  value: string | undefined,
): Promise<{ creditor: string; hash: Buffer; recipients: string[] }[]> {
  if (value === undefined || value.includes('@')) return []
  const found = []
  for (const form of numberVariants(value).filter((other) => other !== value)) {
    const { hash } = addressHash(runtime.vault, 'phone', form)
    const recipients = await recipientsWithAddress(trx, creditor, [hash])
    if (recipients.length > 0) found.push({ creditor, hash, recipients })
  }
  return found
}

/** Who is this? Null: nobody who is known, and nobody comes to be until this is written. */
async function recipientNamed(
  trx: Transaction<Database>,
  creditor: string,
  externalId: string,
): Promise<string | null> {
  const key = { creditor, externalId }
  const id = (await findRecipients(trx, [key])).get(keyText(key))
  if (id !== undefined) return id
  await lockAwaited(trx, [creditor], 'exclusive')
  // Found now, they would be locked after it, in the wrong order.
  if ((await findRecipients(trx, [key])).has(keyText(key)))
    throw new ConcurrentModification('the person came meanwhile')
  return null
}

/** Everybody whom a stop concerns, found before they are locked: those named, and of an address all who have it. */
async function ownersOf(
  trx: Transaction<Database>,
  creditor: string,
  named: readonly string[],
  anchor: { hash: Buffer } | null,
): Promise<string[]> {
  const having = anchor === null ? [] : await recipientsWithAddress(trx, creditor, [anchor.hash])
  return [...new Set([...having, ...named])]
}

/** Stops a mailbox, for whoever followed the link in one of our emails; no answer is given before it is written. */
export const unsubscribe = (runtime: Runtime, subject: UnsubscribeAddress): Promise<void> =>
  runtime.ledger.db.transaction().execute(async (opened) => {
    const trx = await takeLocks(opened, { recipients: [subject.recipientId], addresses: [subject] }, 'wait')
    const now = runtime.clock.now()
    await suppress(
      runtime,
      trx,
      {
        ...subject,
        scope: 'address',
        channel: null,
        reason: 'opt-out',
        source: 'unsubscribe-link',
        by: 'unsubscribe-link',
      },
      { owners: [subject.recipientId], now, wake: false },
    )
  })
