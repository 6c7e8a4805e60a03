import type { Transaction } from 'kysely'
import type { AddressInput } from '../../intake/address-body.ts'
import { knownPeople } from '../../record/accepting/known-people.ts'
import { ensureAnchors } from '../../record/accepting/write-people.ts'
import { lockAddresses, lockRecipients } from '../../record/locks.ts'
import type { Database } from '../../record/schema.ts'
import type { Vault } from '../../record/vault/vault.ts'
import { addressHash } from './address-hash.ts'
import { PersonDraft } from './person-draft.ts'
import { Overtaken } from './writing.ts'

/** A person to be locked, and the addresses that are about to be theirs. */
export interface ToLock {
  id: string
  /** Undefined: their addresses are not touched. */
  addresses?: readonly AddressInput[] | undefined
}

/**
 * Locks people, then the addresses they have and are to get, and reads them afterwards.
 *
 * @returns  a draft for each, by id
 */
export async function lockPeople(trx: Transaction<Database>, vault: Vault, people: readonly ToLock[], at: Date): Promise<Map<string, PersonDraft>> {
  const ids = [...new Set(people.map((person) => person.id))]
  const locked = await lockRecipients(trx, ids, 'wait')
  if (locked.size < ids.length) throw new Overtaken('a person vanished')
  const known = await knownPeople(trx, ids)
  const creditors = new Map(known.map(({ row }) => [row.id, row.creditor]))
  const touched = people.filter((person) => person.addresses !== undefined)
  const wanted = touched.flatMap((person) => (person.addresses ?? []).map((address) => ({
    creditor: creditors.get(person.id) as string, ...addressHash(vault, address.channel, address.value),
  })))
  await ensureAnchors(trx, wanted, at)
  const owned = known.filter(({ row }) => touched.some((person) => person.id === row.id))
    .flatMap(({ addresses }) => addresses.map(({ creditor, hash }) => ({ creditor, hash })))
  await lockAddresses(trx, [...wanted, ...owned], 'wait')
  return new Map(known.map((person) => [person.row.id, new PersonDraft(person)]))
}
