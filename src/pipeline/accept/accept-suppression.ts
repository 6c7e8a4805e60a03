import type { Transaction } from 'kysely'
import type { LiftBody, SuppressionBody } from '../../intake/suppression-body.ts'
import { DecorumError } from '../../model/errors.ts'
import { findPeople, keyText } from '../../record/accepting/known-people.ts'
import { addSuppression, findSuppression, lift, peopleWithAddress, standingStop, type Stop } from '../../record/accepting/suppressions.ts'
import { wakePerson } from '../../record/accepting/waiting-reminders.ts'
import { ensureAnchors } from '../../record/accepting/write-people.ts'
import { isId, newId } from '../../record/id.ts'
import { lockAddresses, lockRecipients, takeSequence } from '../../record/locks.ts'
import type { Database } from '../../record/schema.ts'
import type { AddressHash } from '../../record/vault/vault.ts'
import { noteStop } from '../notify/note-stop.ts'
import type { Actor, Shell } from '../shell.ts'
import { addressHash } from './address-hash.ts'
import type { EndAnswer, SuppressionAnswer } from './answers.ts'
import { creditorOf, creditorOwning } from './whose.ts'
import { writing } from './writing.ts'

/**
 * Records a stop. Once this is answered, no reservation made later sends past it.
 *
 * A stop of an address binds whoever has it, now or later; one that nobody has yet gets a row of its own to lock.
 */
export async function acceptSuppression(shell: Shell, actor: Actor, body: SuppressionBody): Promise<SuppressionAnswer> {
  const creditor = body.recipientId === undefined ? creditorOf(shell, actor, body.creditor) : await creditorOwning(shell, actor, body.creditor, 'recipient', body.recipientId)
  const anchor = body.value === undefined ? null : addressHash(shell.vault, body.value.includes('@') ? 'email' : 'phone', body.value)
  return writing(shell, async (trx) => {
    const recipientId = body.recipientId === undefined ? null : await personNamed(trx, creditor.id, body.recipientId)
    const owners = await lockOwners(trx, creditor.id, recipientId, anchor, new Date(shell.clock.now()))
    const stop: Stop = {
      creditor: creditor.id, scope: body.scope, recipientId, addressHash: anchor?.hash ?? null, channel: body.channel ?? null, reason: body.reason,
      until: body.until == null ? null : new Date(body.until),
    }
    const standing = await standingStop(trx, stop)
    if (standing !== null) return { id: standing, creditor: creditor.id, standing: true }
    const now = shell.clock.now()
    const id = newId()
    await addSuppression(trx, {
      id, creditor: stop.creditor, scope: stop.scope, recipient_id: recipientId, address_hash: stop.addressHash, channel: stop.channel, reason: stop.reason,
      source: body.source, starts_at: new Date(Math.min(body.from ?? now, now)), ends_at: stop.until, received_at: new Date(now), lifted_at: null,
      lifted_by: null, lift_reason: null, created_by: actor.name, seq: recipientId === null ? null : await takeSequence(trx, recipientId),
    })
    for (const owner of owners) await wakePerson(trx, owner, new Date(now))
    await noteStop(shell, trx, owners, { scope: body.scope, reason: body.reason, channel: stop.channel, by: actor.name }, now)
    return { id, creditor: creditor.id, standing: false }
  })
}

/** Lifts a stop; the record keeps who did and why. */
export async function liftSuppression(shell: Shell, actor: Actor, id: string, body: LiftBody): Promise<EndAnswer> {
  const known = isId(id) ? await findSuppression(shell.ledger.db, id, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such suppression')
  return writing(shell, async (trx) => {
    const owners = await lockOwners(trx, known.creditor, known.recipient_id, known.address_hash === null ? null : { hash: known.address_hash }, new Date(shell.clock.now()))
    const at = new Date(shell.clock.now())
    const changed = await lift(trx, id, at, actor.name, body.reason)
    if (changed) for (const owner of owners) await wakePerson(trx, owner, at)
    return { id, changed }
  })
}

async function personNamed(trx: Transaction<Database>, creditor: string, externalId: string): Promise<string> {
  const id = (await findPeople(trx, [{ creditor, externalId }])).get(keyText({ creditor, externalId }))
  if (id === undefined) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such recipient')
  return id
}

/** Locks everybody whom a stop concerns, found before they are locked, then the address; answers who they are. */
async function lockOwners(
  trx: Transaction<Database>, creditor: string, recipientId: string | null, anchor: AddressHash | { hash: Buffer } | null, at: Date,
): Promise<string[]> {
  const having = anchor === null ? [] : await peopleWithAddress(trx, creditor, anchor.hash)
  const owners = [...new Set([...having, ...(recipientId === null ? [] : [recipientId])])]
  await lockRecipients(trx, owners, 'wait')
  if (anchor === null) return owners
  if ('keyId' in anchor) await ensureAnchors(trx, [{ creditor, ...anchor }], at)
  await lockAddresses(trx, [{ creditor, hash: anchor.hash }], 'wait')
  return owners
}
