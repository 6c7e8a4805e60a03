import type { Transaction } from 'kysely'
import type { Channel } from '../../model/vocabulary.ts'
import { addressNames } from '../../record/address-names.ts'
import { keyInUse, ledgerKeys } from '../../record/ring-keys.ts'
import type { Database, Db } from '../../record/schema.ts'
import type { AddressHash, Vault } from '../../record/vault/vault.ts'
import { hashedText } from './merge-recipient.ts'

/** A number or mailbox as it was stated. */
interface Stated {
  channel: Channel
  value: string
}

/**
 * The vault as this transaction is to use it: each of these addresses has the hash that the ledger names it by.
 *
 * While there is one key, and never was another, nothing is asked. Otherwise each address is looked up by its hash under
 * every key that hashed one, so that a suppression binds whichever key it was recorded under; and the key that the ledger
 * names now stays the current one until the transaction ends.
 */
export async function withAddressNames(
  trx: Transaction<Database>,
  vault: Vault,
  stated: readonly Stated[],
): Promise<Vault> {
  if (!vault.comparesSeveral && vault.ring.length === 1) return vault
  if (vault.ring.length > 1 && (await keyInUse(trx)) !== vault.currentKeyId) {
    const known = await ledgerKeys(trx)
    if (known !== null) vault.adopt(known)
  }
  const names = await namesOf(trx, vault, stated)
  return {
    ...vault,
    addressHash: (channel, value) => names.get(keyOf(channel, value)) ?? vault.addressHash(channel, value),
  }
}

/** Under which hashes may this address stand? For reading. @param sides  of live and test, those that may be seen */
export async function hashesOf(db: Db, vault: Vault, stated: Stated, sides: readonly boolean[]): Promise<Buffer[]> {
  const lookups = sides.flatMap((live) => lookupsOf(vault, stated, live)).map(({ hash }) => hash)
  if (!vault.comparesSeveral) return lookups
  return [...new Set([...lookups, ...(await addressNames(db, lookups)).values()])]
}

const lookupsOf = (vault: Vault, { channel, value }: Stated, live: boolean): AddressHash[] =>
  vault.addressHashes(channel, hashedText(channel, value, live))

const keyOf = (channel: Channel, hashed: string): string => `${channel === 'email' ? 'mailbox' : 'number'} ${hashed}`

/** Only those that the ledger names otherwise than the current key would; whether a person is live is not known yet. */
async function namesOf(db: Db, vault: Vault, stated: readonly Stated[]): Promise<Map<string, AddressHash>> {
  const wanted = new Map(
    stated.flatMap((one) =>
      [true, false].map(
        (live) => [keyOf(one.channel, hashedText(one.channel, one.value, live)), lookupsOf(vault, one, live)] as const,
      ),
    ),
  )
  const known = await addressNames(
    db,
    [...wanted.values()].flatMap((hashes) => hashes.map(({ hash }) => hash)),
  )
  const names = new Map<string, AddressHash>()
  for (const [key, hashes] of wanted) {
    const found = hashes.find(({ hash }) => known.has(hash.toString('hex')))
    const name = found === undefined ? undefined : known.get(found.hash.toString('hex'))
    if (found !== undefined && name !== undefined) names.set(key, { hash: name, keyId: found.keyId })
  }
  return names
}
