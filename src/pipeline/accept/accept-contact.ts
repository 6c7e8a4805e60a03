import type { Transaction } from 'kysely'
import type { CompiledPack } from '../../decide/compiled-pack.ts'
import type { ContactBody } from '../../intake/contact-body.ts'
import { parseAddress } from '../../intake/address-fields.ts'
import { DecorumError } from '../../model/errors.ts'
import { countryOf } from '../../model/jurisdiction.ts'
import { addContact } from '../../record/accepting/contacts.ts'
import { findUse, rememberUse } from '../../record/accepting/idempotency.ts'
import { findAccounts, type FoundAccount } from '../../record/accepting/known-accounts.ts'
import { findPeople, keyText } from '../../record/accepting/known-people.ts'
import { wakePerson } from '../../record/accepting/waiting-reminders.ts'
import { newId } from '../../record/id.ts'
import { lockNewAddresses } from '../../record/locks.ts'
import type { Database } from '../../record/schema.ts'
import { markExceeded } from '../contacts/exceeded.ts'
import type { Actor, Shell } from '../shell.ts'
import { addressHash } from './address-hash.ts'
import type { ContactAnswer } from './answers.ts'
import { bodyHash } from './body-hash.ts'
import { lockPerson } from './lock-people.ts'
import type { PersonDraft } from './person-draft.ts'
import { refuseFuture } from './refuse-future.ts'
import { invalidField, creditorOwning } from './resolve-creditor.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { inWriteTransaction } from './write-transaction.ts'

/**
 * Records a contact made elsewhere, so that it counts in every cap and cooldown.
 *
 * Idempotent by its id. What waits for the person is decided again. One that rules forbade is recorded all the same, marked
 * with them, and the answer says so.
 */
export async function acceptContact(shell: Shell, actor: Actor, body: ContactBody, packs: readonly CompiledPack[] = []): Promise<ContactAnswer> {
  const creditor = await creditorOwning(shell, actor, body.creditor, 'recipient', body.recipientId)
  refuseFuture(shell, [['at', body.at]], shell.clock.now())
  const hash = bodyHash({ ...body, creditor: creditor.id })
  return inWriteTransaction(shell, async (opened) => {
    const key = { creditor: creditor.id, externalId: body.recipientId }
    const recipientId = (await findPeople(opened, [key])).get(keyText(key))
    if (recipientId === undefined) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such recipient')
    const { trx, person } = await lockPerson(shell, opened, recipientId)
    const named = { id: body.id, creditor: creditor.id }
    const use = await findUse(trx, creditor.id, 'contact', body.id)
    if (use !== null) {
      if (!use.bodyHash.equals(hash)) throw new DecorumError('DECORUM_CONFLICT', `contact ${body.id} was reported before with another body`)
      return { ...named, repeated: true }
    }
    const accounts = await accountsOf(trx, creditor.id, body, recipientId)
    const now = shell.clock.now()
    const at = new Date(now)
    const anchor = addressOf(shell, body, person)
    if (anchor !== null) await lockNewAddresses(trx, [{ creditor: creditor.id, ...anchor }], at)
    const id = newId()
    await addContact(trx, {
      recipient_id: recipientId, at: new Date(Math.min(body.at, now)), id, creditor: creditor.id, channel: body.channel, direction: body.direction, mode: body.mode,
      outcome: body.outcome, party: body.party ?? null, made_by: body.by, address_hash: anchor?.hash ?? null, account_ids: accounts.map((account) => account.id),
      reminder_id: null, attempt_no: null, excess: null, recorded_at: at, seq: person.takeSeq(),
    })
    await rememberUse(trx, { creditor: creditor.id, scope: 'contact', key: body.id, bodyHash: hash, resourceId: id }, at)
    await writeDrafts(shell, trx, { ...noDrafts(), people: [person] }, actor.name, now)
    await wakePerson(trx, recipientId, at)
    const exceeded = await markExceeded(shell, trx, packs, { id, recipientId, at: body.at })
    return { ...named, repeated: false, ...(exceeded.length === 0 ? {} : { exceeded }) }
  })
}

async function accountsOf(trx: Transaction<Database>, creditor: string, body: ContactBody, recipientId: string): Promise<FoundAccount[]> {
  const found = await findAccounts(trx, body.accountIds.map((externalId) => ({ creditor, externalId })))
  return body.accountIds.map((externalId, i) => {
    const account = found.get(keyText({ creditor, externalId }))
    if (account === undefined || account.recipientId !== recipientId) throw invalidField(`accountIds[${i}]`, 'is not an account of this recipient')
    return account
  })
}

function addressOf(shell: Shell, body: ContactBody, person: PersonDraft): ReturnType<typeof addressHash> | null {
  if (body.address == null) return null
  const { jurisdiction } = person.row
  const parsed = parseAddress(body.channel, body.address, jurisdiction === null ? null : countryOf(jurisdiction))
  if (!parsed.ok) throw invalidField('address', parsed.problem, parsed.cure)
  return addressHash(shell.vault, body.channel, parsed.value)
}
