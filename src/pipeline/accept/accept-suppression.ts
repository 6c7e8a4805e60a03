import type { Transaction } from 'kysely'
import type { LiftBody, SuppressionBody } from '../../intake/bodies.ts'
import { numberVariants } from '../../model/address-rules.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Channel } from '../../model/vocabulary.ts'
import { effectOf } from '../../plan/effect-of.ts'
import { isId } from '../../record/id.ts'
import { lockAwaited, type Locked, lockNewAddresses, takeLocks } from '../../record/locks.ts'
import { isConfined, outOfReach } from '../../record/reach.ts'
import { findRecipients, keyText } from '../../record/recipients.ts'
import { wakeRecipient } from '../../record/reminders.ts'
import type { Database } from '../../record/schema.ts'
import {
  findSuppression,
  type LiftedSuppression,
  writeSuppressionLifted,
  type UnsubscribeAddress,
  recipientsSuppressedBy,
  recipientsWithAddress,
} from '../../record/suppressions.ts'
import type { EndAnswer, SuppressionAnswer } from '../../report/views/operations.ts'
import { PersonalData, personalDataOf } from '../personal-data.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { type AddressHash, suppressionLiftReason, suppressionSource } from '../../record/vault/vault.ts'
import { withAddressNames } from './address-names.ts'
import { addressHash } from './merge-recipient.ts'
import { creditorOf, creditorOwning } from './resolve-creditor.ts'
import { type SuppressionInput, suppress } from './suppress.ts'
import { markContacts } from './write-drafts.ts'
import { ConcurrentModification, inWriteTransaction } from './write-transaction.ts'

/**
 * Records a suppression. Once it has been answered, no later reservation sends against it.
 *
 * A suppression of an address binds every recipient who has it, now or later; an address that no recipient has yet gets a
 * row to be locked by. A suppression of an unknown recipient is kept and takes effect when the recipient arrives.
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
  return inWriteTransaction(runtime, actor, async (opened) => {
    const stated = formsOf(body.value)
    const vault = await withAddressNames(opened, runtime.vault, stated)
    const [anchor = null, ...variants] = stated.map(({ channel, value }) =>
      addressHash(vault, channel, value, actor.live),
    )
    const recipientId =
      body.recipientId === undefined ? null : await recipientNamed(opened, creditor.id, body.recipientId)
    const others = await otherForms(opened, creditor.id, variants)
    const named = recipientId === null ? [] : [recipientId]
    const owners = await ownersOf(
      opened,
      creditor.id,
      [...named, ...others.flatMap(({ recipients }) => recipients)],
      anchor,
    )
    // No answer tells whether a live person has it: a test key stops addresses of people whom test keys registered.
    if (isConfined(opened) && anchor !== null && owners.length === 0) throw outOfReach('address')
    const trx = await takeLocks(opened, { recipients: owners }, 'wait')
    await lockNewAddresses(
      trx,
      anchor === null ? [] : [{ creditor: creditor.id, ...anchor }],
      new Date(runtime.clock.now()),
      others,
    )
    const awaits = body.recipientId !== undefined && recipientId === null ? { recipient: body.recipientId } : null
    const input: SuppressionInput = {
      creditor: creditor.id,
      scope: body.scope,
      recipientId,
      hash: anchor?.hash ?? null,
      channel: body.channel ?? null,
      reason: body.reason,
      source: await storedSource(runtime, trx, body, creditor.id, recipientId),
      by: actor.name,
      from: body.from,
      until: body.until,
      awaits,
    }
    const now = runtime.clock.now()
    const context = { owners, now }
    const suppressed = await suppress(runtime, trx, input, context)
    const { excess } = effectOf(
      { type: 'stop', scope: body.scope, channel: input.channel, reason: body.reason },
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
      for (const recipient of suppressed.recipients)
        await markContacts(trx, { ...excess, recipientId: recipient, exceptContact: null }, now)
    for (const { hash } of others)
      await suppress(runtime, trx, { ...input, hash, cause: suppressed.id }, { ...context, notice: null })
    return {
      id: suppressed.id,
      creditor: creditor.id,
      standing: suppressed.standing,
      scope: suppressed.scope,
      ...(awaits === null ? {} : { awaits: 'recipient' as const }),
    }
  })
}

/** Lifts a suppression and those that follow from it; the record keeps who lifted it and why. */
export async function liftSuppression(runtime: Runtime, actor: Actor, id: string, body: LiftBody): Promise<EndAnswer> {
  const named = isId(id) ? await findSuppression(runtime.ledger.db, id, actor.creditor) : null
  if (named === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such suppression')
  return inWriteTransaction(runtime, actor, async (opened) => {
    // A suppression that follows from another is lifted through its cause: both record one statement.
    const known = named.cause === null ? named : ((await findSuppression(opened, named.cause, null)) ?? named)
    const recipients = [
      ...(known.recipient_id === null ? [] : [known.recipient_id]),
      ...(await recipientsSuppressedBy(opened, known.id)),
    ]
    const anchor = known.address_hash === null ? null : { creditor: known.creditor, hash: known.address_hash }
    const owners = await ownersOf(opened, known.creditor, recipients, anchor)
    const trx = await takeLocks(opened, { recipients: owners, addresses: anchor === null ? [] : [anchor] }, 'wait')
    const at = new Date(runtime.clock.now())
    const changed = await writeSuppressionLifted(trx, known.id, at, actor.name, (row) =>
      sealLiftReason(runtime, row, body.reason),
    )
    if (changed) for (const owner of owners) await wakeRecipient(trx, owner, at)
    return { id, changed }
  })
}

/** Sources that are words of ours; what else is stated is free text. */
const OWN_SOURCES: readonly string[] = ['api', 'event', 'task', 'call key', 'unsubscribe-link', 'twilio-inbound']

/** Is this a word of ours, or what a provider's code makes one? */
export const isOwnSource = (source: string): boolean =>
  OWN_SOURCES.includes(source) || /^(?:receipt|provider):/.test(source)

/** A stop of a person speaks under that person's key; one of an address outlives whoever has it. */
async function storedSource(
  runtime: Runtime,
  trx: Locked,
  { scope, source }: SuppressionBody,
  creditor: string,
  recipientId: string | null,
): Promise<string> {
  if (OWN_SOURCES.includes(source)) return source
  const place = suppressionSource(creditor)
  if (scope === 'address' || recipientId === null) return runtime.vault.sealText(null, place, source)
  return (await personalDataOf(runtime, trx, recipientId)).sealText(place, source)
}

function sealLiftReason({ vault }: Pick<Runtime, 'vault'>, row: LiftedSuppression, reason: string): string {
  const { id, scope, recipientId, dataKey, dataKeyId } = row
  const place = suppressionLiftReason(id)
  return scope === 'address' || recipientId === null || dataKey === null
    ? vault.sealText(null, place, reason)
    : new PersonalData(vault, { id: recipientId, dataKey, dataKeyId }).sealText(place, reason)
}

/** The address as it was stated, then other spellings of the same number. */
function formsOf(value: string | undefined): { channel: Channel; value: string }[] {
  if (value === undefined) return []
  if (value.includes('@')) return [{ channel: 'email', value }]
  return [value, ...numberVariants(value).filter((other) => other !== value)].map((form) => ({
    channel: 'phone',
    value: form,
  }))
}

/** Other spellings that recipients have on record, which the suppression must cover too. */
async function otherForms(
  trx: Transaction<Database>,
  creditor: string,
  variants: readonly AddressHash[],
): Promise<{ creditor: string; hash: Buffer; recipients: string[] }[]> {
  const found = []
  for (const { hash } of variants) {
    const recipients = await recipientsWithAddress(trx, creditor, [hash])
    if (recipients.length > 0) found.push({ creditor, hash, recipients })
  }
  return found
}

/** Our id of this recipient; null: not known, and locked so that it cannot be added before this transaction ends. */
async function recipientNamed(
  trx: Transaction<Database>,
  creditor: string,
  externalId: string,
): Promise<string | null> {
  const key = { creditor, externalId }
  const id = (await findRecipients(trx, [key])).get(keyText(key))
  if (id !== undefined) return id
  await lockAwaited(trx, [creditor], 'exclusive')
  // A recipient found only now would be locked after the awaited lock, against the lock order.
  if ((await findRecipients(trx, [key])).has(keyText(key)))
    throw new ConcurrentModification('the recipient was added meanwhile')
  return null
}

/** The recipients to lock for a suppression: those named, and every recipient who has the address. */
async function ownersOf(
  trx: Transaction<Database>,
  creditor: string,
  named: readonly string[],
  anchor: { hash: Buffer } | null,
): Promise<string[]> {
  const having = anchor === null ? [] : await recipientsWithAddress(trx, creditor, [anchor.hash])
  return [...new Set([...having, ...named])]
}

/** Suppresses a mailbox after its unsubscribe link was followed; resolves once it is committed. */
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
