import type { AddressHash, Vault } from '../../record/vault/vault.ts'

/** The same vault, computing each address's hash once: an import needs it to lock the address, and again to store it. */
export function rememberHashes(vault: Vault): Vault {
  const known = new Map<string, AddressHash>()
  return {
    ...vault,
    addressHash: (channel, value) => {
      // A number has the same hash for phone and SMS; a mailbox is the only thing with an @.
      const hash = known.get(value) ?? vault.addressHash(channel, value)
      known.set(value, hash)
      return hash
    },
  }
}
