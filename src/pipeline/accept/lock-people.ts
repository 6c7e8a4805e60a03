import type { Transaction } from 'kysely'
import type { AddressInput } from '../../intake/address-body.ts'
import { knownPeople } from '../../record/accepting/known-people.ts'
import { heldBy, lockNewAddresses, takeLocks, type Locked } from '../../record/locks.ts'
import type { Database } from '../../record/schema.ts'
import type { Vault } from '../../record/vault/vault.ts'
import type { Shell } from '../shell.ts'
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
 * @returns      the transaction with its locks, and a draft for each, by id
 */
export async function lockPeople(
  opened: Transaction<Database>, vault: Vault, people: readonly ToLock[], at: Date, added: ReadonlyMap<string, PersonDraft> = new Map(),
): Promise<{ trx: Locked; people: Map<string, PersonDraft> }> {
  const ids = [...new Set(people.map((person) => person.id))].filter((id) => !added.has(id))
  const trx = await takeLocks(opened, { recipients: ids }, 'wait')
  if (!ids.every((id) => heldBy(trx).recipients.has(id))) throw new ConcurrentModification('a person vanished')
  const known = await knownPeople(trx, ids)
  const drafts = new Map([...added, ...known.map((person) => [person.row.id, new PersonDraft(person)] as const)])
  const touched = people.filter((person) => person.addresses !== undefined)
  const wanted = touched.flatMap((person) => (person.addresses ?? []).map((address) => ({
    creditor: (drafts.get(person.id) as PersonDraft).row.creditor, ...addressHash(vault, address.channel, address.value),
  })))
  const touchedIds = new Set(touched.map((person) => person.id))
  const owned = known.filter(({ row }) => touchedIds.has(row.id)).flatMap(({ addresses }) => addresses.map(({ creditor, hash }) => ({ creditor, hash })))
  await lockNewAddresses(trx, wanted, at, owned)
  return { trx, people: drafts }
}

/** The same for one person, whose addresses are not touched. */
export async function lockPerson(shell: Pick<Shell, 'vault' | 'clock'>, opened: Transaction<Database>, id: string): Promise<{ trx: Locked; person: PersonDraft }> {
  const { trx, people } = await lockPeople(opened, shell.vault, [{ id }], new Date(shell.clock.now()))
  return { trx, person: people.get(id) as PersonDraft }
}
