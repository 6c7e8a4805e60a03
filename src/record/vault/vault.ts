import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import { DecorumError } from '../../model/errors.ts'
import type { Channel } from '../../model/vocabulary.ts'
import { takeRandomBytes } from '../id.ts'
import { decrypt, encrypt, type KeyRing, type RingKey } from './key-ring.ts'

/** One recipient's data key, unwrapped; in memory only. A private field, so that no log or JSON shows its bytes. */
export class DataKey {
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  static bytesOf(key: DataKey): Buffer {
    return key.#bytes
  }
}

/** A data key as the ledger stores it, and which of DECORUM_KEYS opens it. */
export interface WrappedKey {
  wrapped: Buffer
  keyId: string
}

/** The one field a sealed text belongs to; it opens nowhere else. */
export interface SealedField {
  table: string
  column: string
  rowId: string
}

/** The keyed hash of a number or mailbox, and which HMAC key made it. */
export interface AddressHash {
  hash: Buffer
  keyId: string
}

/**
 * Seals what identifies recipients: names, addresses, message texts.
 *
 * Each recipient has a random data key, wrapped by the key of DECORUM_KEYS that was current when it was made. A new
 * key wraps what comes after it; no command re-wraps older data keys yet, so older keys stay in DECORUM_KEYS. Where
 * the data key was destroyed, the recipient's fields in this ledger are unreadable; a backup from before holds the key too.
 * Pure cryptography, no SQL.
 */
export interface Vault {
  /** Which key wraps from now on. */
  readonly currentKeyId: string
  newDataKey(): WrappedKey
  /** @throws DECORUM_ERASED when there is no key any more; DECORUM_KEY_MISSING when DECORUM_KEYS lacks its wrapper */
  unwrap(wrapped: Buffer | null, keyId: string | null): DataKey
  /** The same data key under the current key, no field touched; null when it already is. What a rotation needs; no command calls it yet. */
  rewrap(wrapped: Buffer, keyId: string): WrappedKey | null
  seal(key: DataKey, place: SealedField, text: string): Buffer
  sealBytes(key: DataKey, place: SealedField, bytes: Buffer): Buffer
  /** @throws DECORUM_INTERNAL when the bytes were altered or belong elsewhere */
  open(key: DataKey, place: SealedField, sealed: Buffer): string
  openBytes(key: DataKey, place: SealedField, sealed: Buffer): Buffer
  /**
   * The hash that new rows store and locks use. A number has the same hash for phone and SMS.
   *
   * @param value  normalised: E.164, or a mailbox in lower case
   */
  addressHash(channel: Channel, value: string): AddressHash
  /** The hashes under every key, for look-ups; the one that new rows store first. */
  addressHashes(channel: Channel, value: string): AddressHash[]
  /** The ids of the available HMAC keys, the one for new rows first. */
  readonly liveHashKeys: readonly string[]
  /** A signature of 16 bytes over a text and its purpose, for links that we hand out. */
  sign(purpose: string, text: string): Buffer
  /** Did `sign` make this for that text, under any key? */
  isSigned(purpose: string, text: string, signature: Buffer): boolean
}

/**
 * Opens the vault on a ring of keys.
 *
 * HMAC keys are derived from the ring's keys, apart from the wrapping keys. New rows take that
 * of the *oldest* key: a hash cannot be rotated without the plaintext, so adding a key to wrap
 * with must not change what addresses are found, locked and suppressed by.
 */
export function openVault(ring: KeyRing): Vault {
  const wrappers = new Map(ring.map((ringKey) => [ringKey.id, derive(ringKey, 'wrap')]))
  const hashers = ring.map((ringKey) => ({ keyId: ringKey.id, key: derive(ringKey, 'address-hash') })).reverse()
  // Keys just made, which are about to seal. Others are unwrapped again for each recipient: finding one again by its bytes costs as much.
  const made = new WeakMap<Buffer, DataKey>()
  const current = ring[0].id

  const wrap = (bytes: Buffer): WrappedKey => ({
    wrapped: encrypt(wrapper(current), wrapBound(current), bytes),
    keyId: current,
  })
  const wrapper = (keyId: string): KeyObject => {
    const key = wrappers.get(keyId)
    if (key === undefined) throw new DecorumError('DECORUM_KEY_MISSING', `DECORUM_KEYS has no key ${keyId}`)
    return key
  }
  const unwrap: Vault['unwrap'] = (wrapped, keyId) => {
    if (wrapped === null || keyId === null) throw new DecorumError('DECORUM_ERASED', 'this person was erased')
    const known = made.get(wrapped)
    if (known !== undefined) return known
    const bytes = decrypt(wrapper(keyId), wrapBound(keyId), wrapped)
    if (bytes === null) {
      throw new DecorumError(
        'DECORUM_KEY_MISSING',
        `key ${keyId} of DECORUM_KEYS is not the one that wrapped this data`,
      )
    }
    return new DataKey(bytes)
  }
  // Links in sent mail must outlive a rotation, so they too are signed with the oldest key.
  const signers = ring.map((ringKey) => derive(ringKey, 'signature')).reverse()
  const signWith = (key: KeyObject, purpose: string, text: string): Buffer =>
    createHmac('sha256', key).update(purpose).update('\0').update(text, 'utf8').digest().subarray(0, SIGNATURE_BYTES)
  const hashWith = (hasher: { keyId: string; key: KeyObject }, channel: Channel, value: string): AddressHash => ({
    hash: createHmac('sha256', hasher.key)
      .update(channel === 'email' ? 'mailbox' : 'number')
      .update('\0')
      .update(value, 'utf8')
      .digest(),
    keyId: hasher.keyId,
  })

  const openBytes: Vault['openBytes'] = (key, place, sealed) => {
    const plain = decrypt(DataKey.bytesOf(key), fieldBound(place), sealed)
    if (plain === null)
      throw new DecorumError('DECORUM_INTERNAL', `what is stored in ${place.table}.${place.column} does not open there`)
    return plain
  }

  return {
    currentKeyId: current,
    newDataKey: () => {
      const bytes = takeRandomBytes(32)
      const key = wrap(bytes)
      made.set(key.wrapped, new DataKey(bytes))
      return key
    },
    unwrap,
    rewrap: (wrapped, keyId) => (keyId === current ? null : wrap(DataKey.bytesOf(unwrap(wrapped, keyId)))),
    seal: (key, place, text) => encrypt(DataKey.bytesOf(key), fieldBound(place), Buffer.from(text, 'utf8')),
    sealBytes: (key, place, bytes) => encrypt(DataKey.bytesOf(key), fieldBound(place), bytes),
    open: (key, place, sealed) => openBytes(key, place, sealed).toString('utf8'),
    openBytes,
    addressHash: (channel, value) => hashWith(hashers[0] as (typeof hashers)[number], channel, value),
    addressHashes: (channel, value) => hashers.map((hasher) => hashWith(hasher, channel, value)),
    liveHashKeys: hashers.map((hasher) => hasher.keyId),
    sign: (purpose, text) => signWith(signers[0] as KeyObject, purpose, text),
    isSigned: (purpose, text, signature) =>
      signature.length === SIGNATURE_BYTES &&
      signers.some((key) => timingSafeEqual(signWith(key, purpose, text), signature)),
  }
}

const SIGNATURE_BYTES = 16

const derive = ({ key }: RingKey, purpose: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `decorum/${purpose}`, 32)))

const wrapBound = (keyId: string): string => `data-key\0${keyId}`

const fieldBound = ({ table, column, rowId }: SealedField): string => `${table}\0${column}\0${rowId}`

/**
 * The sealed fields: sealing and opening must name the same one.
 *
 * `name` holds the full name, `variables` a JSON object of texts, `value` a number in E.164 or a mailbox.
 */
const place =
  (table: string, column: string) =>
  (rowId: string): SealedField => ({ table, column, rowId })

export const recipientName = place('recipient', 'name')
export const addressValue = place('recipient_address', 'value')
export const accountVariables = place('account', 'variables')
export const reminderVariables = place('reminder', 'variables')
export const eventNote = place('event', 'note')
export const taskNote = place('task', 'note')
export const replyWords = place('reply', 'words')
/** `rowId` is `<reminder id>.<attempt no>`: the facts that render the attempt's message again, as JSON. */
export const attemptWordFacts = place('attempt', 'word_facts')
/** A captured address and message, as JSON. */
export const capturedContent = place('captured_message', 'content')
