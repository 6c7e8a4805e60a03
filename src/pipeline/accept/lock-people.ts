import type { Transaction } from 'kysely'
import type { AddressInput } from '../../intake/address-body.ts'
import { knownPeople } from '../../record/accepting/known-people.ts'
import { ensureAnchors } from '../../record/accepting/write-people.ts'
import { lockAddresses, lockRecipients } from '../../record/locks.ts'
import type { Database } from '../../record/schema.ts'
import type { Vault } from '../../record/vault/vault.ts'
import { addressHash } from './address-hash.ts'
import { PersonDraft } from './person-draft.ts'
import { ConcurrentModification } from './write-transaction.ts'

/** A person to be locked, and the addresses that are about to be theirs. */
export interface ToLock {
  id: string
  /** Undefined: their addresses are not touched. */
  addresses?: readonly AddressInput[] | undefined
}

/**
 * Locks people, then the addresses they have and are to get, and reads them afterwards.
 *
 * @param added  by id, people that this transaction has added: nobody else can hold or change them
 * @returns      a draft for each, by id
 */
export async function lockPeople(
  trx: Transaction<Database>, vault: Vault, people: readonly ToLock[], at: Date, added: ReadonlyMap<string, PersonDraft> = new Map(),
): Promise<Map<string, PersonDraft>> {
  const ids = [...new Set(people.map((person) => person.id))].filter((id) => !added.has(id))
  const locked = await lockRecipients(trx, ids, 'wait')
  if (locked.size < ids.length) throw new ConcurrentModification('a person vanished')
  const known = await knownPeople(trx, ids)
  const drafts = new Map([...added, ...known.map((person) => [person.row.id, new PersonDraft(person)] as const)])
  const touched = people.filter((person) => person.addresses !== undefined)
  const wanted = touched.flatMap((person) => (person.addresses ?? []).map((address) => ({
    creditor: (drafts.get(person.id) as PersonDraft).row.creditor, ...addressHash(vault, address.channel, address.value),
  })))
  const areMine = await ensureAnchors(trx, wanted, at)
  const touchedIds = new Set(touched.map((person) => person.id))
  const owned = known.filter(({ row }) => touchedIds.has(row.id)).flatMap(({ addresses }) => addresses.map(({ creditor, hash }) => ({ creditor, hash })))
  await lockAddresses(trx, areMine ? owned : [...wanted, ...owned], 'wait')
  return drafts
}
