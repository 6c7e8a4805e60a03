import type { Channel } from '../../model/channel.ts'
import type { AddressHash, Vault } from '../../record/vault/vault.ts'

/**
 * Under which hash is this address locked, suppressed and found?
 *
 * Mailboxes are compared without regard to case: a stop for `Ana@…` must stop `ana@…`.
 *
 * @param value  E.164, or a mailbox as it is written
 */
export const addressHash = (vault: Vault, channel: Channel, value: string): AddressHash =>
  vault.addressHash(channel, channel === 'email' ? value.toLowerCase() : value)
