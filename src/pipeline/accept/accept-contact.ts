import type { Transaction } from 'kysely'
import type { CompiledPack } from '../../decide/packs.ts'
import { parseAddress } from '../../intake/address.ts'
import type { ContactBody } from '../../intake/bodies.ts'
import type { RecipientBody } from '../../intake/recipient-body.ts'
import { timesOfRecipient } from '../../intake/times-of-facts.ts'
import { DecorumError } from '../../model/errors.ts'
import { countryOf } from '../../model/places/zones-of.ts'
import { findAccounts, type FoundAccount } from '../../record/accounts.ts'
import { addContact } from '../../record/contacts.ts'
import { findUse, rememberUse } from '../../record/events.ts'
import { newId } from '../../record/id.ts'
import { lockNewAddresses } from '../../record/locks.ts'
import { addRecipients, findRecipients, keyText } from '../../record/recipients.ts'
import { wakeRecipient } from '../../record/reminders.ts'
import type { Database } from '../../record/schema.ts'
import type { ContactAnswer, RecipientAnswer } from '../../report/views/operations.ts'
import { markExceeded } from '../contacts.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { addressHash, mergeRecipient, newRecipient, type RecipientDraft } from './merge-recipient.ts'
import { bodyHash, creditorOf, creditorOwning, invalidField, refuseFuture } from './resolve-creditor.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import {
  ConcurrentModification,
  inWriteTransaction,
  lockAccountRecipients,
  lockRecipient,
} from './write-transaction.ts'

/**
 * Records a contact made elsewhere, so that it counts in every cap and cooldown.
 *
 * Idempotent by its id. What waits for the person is decided again. One that rules forbade is recorded all the same, marked
 * with them, and the answer says so.
 */
export async function acceptContact(
  runtime: Runtime,
  actor: Actor,
  body: ContactBody,
  packs: readonly CompiledPack[] = [],
): Promise<ContactAnswer> {
  const creditor = await creditorOwning(runtime, actor, body.creditor, 'recipient', body.recipientId)
  refuseFuture(runtime, [['at', body.at]], runtime.clock.now())
  const hash = bodyHash({ ...body, creditor: creditor.id })
  return inWriteTransaction(runtime, async (opened) => {
    const key = { creditor: creditor.id, externalId: body.recipientId }
    const recipientId = (await findRecipients(opened, [key])).get(keyText(key))
    if (recipientId === undefined) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such recipient')
    const { trx, recipient } = await lockRecipient(runtime, opened, recipientId)
    const named = { id: body.id, creditor: creditor.id }
    const use = await findUse(trx, creditor.id, 'contact', body.id)
    if (use !== null) {
      if (!use.bodyHash.equals(hash))
        throw new DecorumError('DECORUM_CONFLICT', `contact ${body.id} was reported before with another body`)
      return { ...named, repeated: true }
    }
    const accounts = await accountsOf(trx, creditor.id, body, recipientId)
    const now = runtime.clock.now()
    const at = new Date(now)
    const anchor = addressOf(runtime, body, recipient)
    if (anchor !== null) await lockNewAddresses(trx, [{ creditor: creditor.id, ...anchor }], at)
    const id = newId()
    await addContact(trx, {
      recipient_id: recipientId,
      at: new Date(Math.min(body.at, now)),
      id,
      creditor: creditor.id,
      channel: body.channel,
      direction: body.direction,
      mode: body.mode,
      outcome: body.outcome,
      party: body.party ?? null,
      made_by: body.by,
      address_hash: anchor?.hash ?? null,
      account_ids: accounts.map((account) => account.id),
      reminder_id: null,
      attempt_no: null,
      excess: null,
      recorded_at: at,
      seq: recipient.takeSeq(),
    })
    await rememberUse(
      trx,
      { creditor: creditor.id, scope: 'contact', key: body.id, bodyHash: hash, resourceId: id },
      at,
    )
    await writeDrafts(runtime, trx, { ...noDrafts(), recipients: [recipient] }, actor.name, now)
    await wakeRecipient(trx, recipientId, at)
    const exceeded = await markExceeded(runtime, trx, packs, { id, recipientId, at: body.at })
    return { ...named, repeated: false, ...(exceeded.length === 0 ? {} : { exceeded }) }
  })
}

async function accountsOf(
  trx: Transaction<Database>,
  creditor: string,
  body: ContactBody,
  recipientId: string,
): Promise<FoundAccount[]> {
  const found = await findAccounts(
    trx,
    body.accountIds.map((externalId) => ({ creditor, externalId })),
  )
  return body.accountIds.map((externalId, i) => {
    const account = found.get(keyText({ creditor, externalId }))
    if (account === undefined || account.recipientId !== recipientId)
      throw invalidField(`accountIds[${i}]`, 'is not an account of this recipient')
    return account
  })
}

function addressOf(
  runtime: Runtime,
  body: ContactBody,
  recipient: RecipientDraft,
): ReturnType<typeof addressHash> | null {
  if (body.address == null) return null
  const { jurisdiction } = recipient.row
  const parsed = parseAddress(body.channel, body.address, jurisdiction === null ? null : countryOf(jurisdiction))
  if (!parsed.ok) throw invalidField('address', parsed.problem, parsed.cure)
  return addressHash(runtime.vault, body.channel, parsed.value)
}

/** Puts a person by itself: `PUT /v1/recipients/{id}`. */
export async function acceptRecipient(
  runtime: Runtime,
  actor: Actor,
  id: string,
  body: RecipientBody,
): Promise<RecipientAnswer> {
  const creditor = creditorOf(runtime, actor, body.creditor)
  refuseFuture(runtime, timesOfRecipient(body), runtime.clock.now())
  const key = { creditor: creditor.id, externalId: id }
  return inWriteTransaction(runtime, async (opened) => {
    const began = runtime.clock.now()
    const known = (await findRecipients(opened, [key])).get(keyText(key))
    const added = known === undefined ? newRecipient(newId(), key, runtime.vault.newDataKey(), began) : null
    if (added !== null && (await addRecipients(opened, [added.row])) === null)
      throw new ConcurrentModification('the person was added meanwhile')
    const recipientId = known ?? (added as RecipientDraft).row.id
    const { trx, recipients: drafts } = await lockAccountRecipients(
      opened,
      runtime.vault,
      [{ id: recipientId, addresses: body.addresses }],
      new Date(began),
      new Map(added === null ? [] : [[recipientId, added]]),
    )
    const recipient = drafts.get(recipientId) as RecipientDraft
    const now = runtime.clock.now()
    const named = { id, creditor: creditor.id }
    const merged = mergeRecipient(recipient, body, body.asOf ?? now, now, runtime.vault)
    if (merged === 'older') return { applied: false, reason: 'older_than_known', ...named }
    await writeDrafts(runtime, trx, { ...noDrafts(), recipients: [recipient] }, actor.name, now)
    if (merged === 'changed') await wakeRecipient(trx, recipient.row.id, new Date(now))
    return {
      applied: true,
      changed: added !== null || merged === 'changed',
      ...named,
      ...(body.warnings === undefined ? {} : { warnings: body.warnings }),
    }
  })
}
