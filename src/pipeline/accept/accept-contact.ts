import type { Transaction } from 'kysely'
import type { CompiledPack } from '../../decide/packs.ts'
import { parseAddress } from '../../intake/address.ts'
import type { ContactBody } from '../../intake/bodies.ts'
import { DecorumError } from '../../model/errors.ts'
import { countryOf } from '../../model/places/jurisdiction.ts'
import { findAccounts, type FoundAccount } from '../../record/accounts.ts'
import { addContact } from '../../record/contacts.ts'
import { findIdempotencyKey, rememberIdempotencyKey } from '../../record/idempotency.ts'
import { newId } from '../../record/id.ts'
import { lockNewAddresses } from '../../record/locks.ts'
import { findRecipients, keyText } from '../../record/recipients.ts'
import { wakeRecipient } from '../../record/reminders.ts'
import type { Database } from '../../record/schema.ts'
import type { ContactAnswer } from '../../report/views/operations.ts'
import { markExceeded } from '../contacts.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { withAddressNames } from './address-names.ts'
import { addressHash, type RecipientDraft } from './merge-recipient.ts'
import { bodyHash, creditorOwning, invalidField, refuseFuture } from './resolve-creditor.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { inWriteTransaction, lockRecipientDraft } from './write-transaction.ts'

/**
 * Records a contact made elsewhere, so that it counts toward every cap and cooldown.
 *
 * Idempotent by its id. The recipient's waiting reminders are decided again. A contact that exceeded rules is recorded all
 * the same, marked with those rules, and the answer lists them.
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
  return inWriteTransaction(runtime, actor, async (opened) => {
    const key = { creditor: creditor.id, externalId: body.recipientId }
    const recipientId = (await findRecipients(opened, [key])).get(keyText(key))
    if (recipientId === undefined) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such recipient')
    const { trx, recipient } = await lockRecipientDraft(runtime, opened, recipientId)
    const named = { id: body.id, creditor: creditor.id }
    const use = await findIdempotencyKey(trx, creditor.id, 'contact', body.id)
    if (use !== null) {
      if (!runtime.vault.isDigest(recipient.dataKey(runtime.vault), 'body', hash, use.bodyHash))
        throw new DecorumError('DECORUM_CONFLICT', `contact ${body.id} was reported before with another body`)
      return { ...named, repeated: true }
    }
    const accounts = await accountsOf(trx, creditor.id, body, recipientId)
    const now = runtime.clock.now()
    const at = new Date(now)
    const anchor = await addressOf(runtime, trx, body, recipient)
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
      excess: null,
      recorded_at: at,
    })
    await rememberIdempotencyKey(
      trx,
      {
        creditor: creditor.id,
        scope: 'contact',
        key: body.id,
        bodyHash: runtime.vault.digest(recipient.dataKey(runtime.vault), 'body', hash),
        resourceId: id,
      },
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

async function addressOf(
  runtime: Runtime,
  trx: Transaction<Database>,
  body: ContactBody,
  recipient: RecipientDraft,
): Promise<ReturnType<typeof addressHash> | null> {
  if (body.address == null) return null
  const { jurisdiction } = recipient.row
  const parsed = parseAddress(body.channel, body.address, jurisdiction === null ? null : countryOf(jurisdiction))
  if (!parsed.ok) throw invalidField('address', parsed.problem, parsed.cure)
  const stated = { channel: body.channel, value: parsed.value }
  const vault = await withAddressNames(trx, runtime.vault, [stated])
  return addressHash(vault, stated.channel, stated.value, recipient.row.live)
}
