import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { DecorumError } from '../../model/errors.ts'
import type { Channel } from '../../model/vocabulary.ts'
import { takeRandomBytes } from '../id.ts'
import { decrypt, encrypt, type KeyRing } from './key-ring.ts'
import { readSealedText, writeSealedText } from './sealed-text.ts'
import { derive, readSecrets, type RingSecrets, secretsOf } from './ring-secrets.ts'

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

/** What a digest covers: a rendered message, the body of a request, a file. */
export type DigestPurpose = 'message' | 'body' | 'file'

/** The keyed hash of a number or mailbox, and which HMAC key made it. */
export interface AddressHash {
  hash: Buffer
  keyId: string
}

/** What a ledger says of the keys that it was written with. */
export interface LedgerKeys {
  /** Which key wraps data keys from now on. */
  wraps: string
  /** Which key's secret hashes addresses that are new. */
  hashes: string
  /** Keys whose secrets are kept, wrapped by another: what was hashed or signed with them outlives them. */
  kept: readonly { id: string; secrets: Buffer; wrappedBy: string }[]
  /** No address is found by the hashes of these keys any more. */
  unused: readonly string[]
  /** Addresses are found by other hashes than those that they were added with. */
  renamed: boolean
}

/**
 * Seals what identifies recipients: names, addresses, message texts, what people say.
 *
 * Each recipient has a random data key, wrapped by the key of DECORUM_KEYS that the ledger names. `decorum keys rotate`
 * makes the newest that key, wraps every data key with it and keeps the secrets of the older ones under it. Where the
 * data key was destroyed, the recipient's fields in this ledger are unreadable; a backup from before holds the key too.
 * Pure cryptography, no SQL.
 */
export interface Vault {
  /** Which key wraps from now on. */
  readonly currentKeyId: string
  /** The first of DECORUM_KEYS. */
  readonly newestKeyId: string
  /** The ids in DECORUM_KEYS, newest first. */
  readonly ring: readonly string[]
  /** Goes by what the ledger says from now on. */
  adopt(known: LedgerKeys): void
  /** The secrets of every other key, wrapped by this one. */
  keepSecrets(under: string): { id: string; secrets: Buffer }[]
  newDataKey(): WrappedKey
  /** @throws DECORUM_ERASED when there is no key any more; DECORUM_KEY_MISSING when DECORUM_KEYS lacks its wrapper */
  unwrap(wrapped: Buffer | null, keyId: string | null): DataKey
  /** The same data key under the current key, no field touched; null when it already is. */
  rewrap(wrapped: Buffer, keyId: string): WrappedKey | null
  seal(key: DataKey, place: SealedField, text: string): Buffer
  sealBytes(key: DataKey, place: SealedField, bytes: Buffer): Buffer
  /** @throws DECORUM_INTERNAL when the bytes were altered or belong elsewhere */
  open(key: DataKey, place: SealedField, sealed: Buffer): string
  openBytes(key: DataKey, place: SealedField, sealed: Buffer): Buffer
  /** What somebody stated, for a column of text. @param key  null: it concerns nobody in particular, and the deployment's key seals it */
  sealText(key: DataKey | null, place: SealedField, text: string): string
  /**
   * What a column of text says; what is not sealed says itself.
   *
   * @param key     asked for only where a person's key sealed it; null: that is gone
   * @returns       null: it was sealed under the key of a person who was erased
   * @throws        DECORUM_INTERNAL when it was altered or belongs elsewhere
   */
  openText(key: () => DataKey | null, place: SealedField, stored: string): string | null
  /**
   * A hash of personal data under a key, so that nobody without it can test what was hashed.
   *
   * @param key   the person's, with which it becomes untestable; null: it concerns nobody in particular
   * @param hash  SHA-256 of what is covered
   */
  digest(key: DataKey | null, purpose: DigestPurpose, hash: Buffer): Buffer
  /** Did `digest` make this of that hash, under any key? Hashes from before there were digests are compared as they are. */
  isDigest(key: DataKey | null, purpose: DigestPurpose, hash: Buffer, digest: Buffer): boolean
  /** The digests under every key, for look-ups of what concerns nobody in particular; the one that new rows store first. */
  digests(purpose: DigestPurpose, hash: Buffer): Buffer[]
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
  /** An address may stand under another hash than `addressHash` says: ask `record/address-names.ts`. */
  readonly comparesSeveral: boolean
  /** A signature of 16 bytes over a text and its purpose, for links that we hand out. */
  sign(purpose: string, text: string): Buffer
  /** Did `sign` make this for that text, under any key? */
  isSigned(purpose: string, text: string, signature: Buffer): boolean
}

/** What a vault works with at the moment. */
interface InUse {
  wraps: string
  hashes: string
  renamed: boolean
  /** By key id; the one that hashes first. */
  secrets: ReadonlyMap<string, RingSecrets>
  /** The keys whose hashes addresses are found by; the one that hashes first. */
  compares: readonly string[]
}

/**
 * Opens the vault on a ring of keys.
 *
 * HMAC keys are derived from the ring's keys, apart from the wrapping keys.
 *
 * @param known  what the ledger says; null: there is none, the newest key wraps and the oldest hashes
 */
export function openVault(ring: KeyRing, known: LedgerKeys | null = null): Vault {
  const wrappers = new Map(ring.map((ringKey) => [ringKey.id, derive(ringKey, 'wrap')]))
  // Keys just made, which are about to seal. Others are unwrapped again for each recipient: finding one again by its bytes costs as much.
  const made = new WeakMap<Buffer, DataKey>()
  const newest = ring[0].id
  const oldest = (ring.at(-1) ?? ring[0]).id
  const wrapper = (keyId: string): KeyObject => {
    const key = wrappers.get(keyId)
    if (key === undefined) throw new DecorumError('DECORUM_KEY_MISSING', `DECORUM_KEYS has no key ${keyId}`)
    return key
  }
  const openSecrets = ({ id, secrets, wrappedBy }: LedgerKeys['kept'][number]): RingSecrets => {
    const bytes = decrypt(wrapper(wrappedBy), secretsBound(id), secrets)
    if (bytes === null) throw otherBytes(wrappedBy)
    return readSecrets(bytes)
  }
  const own = ring.map((ringKey) => [ringKey.id, secretsOf(ringKey)] as const).reverse()
  const inUse = (says: LedgerKeys | null): InUse => {
    const kept = (says?.kept ?? [])
      .filter(({ id }) => !wrappers.has(id))
      .map((key) => [key.id, openSecrets(key)] as const)
    const hashes = says?.hashes ?? oldest
    const all = new Map([...own, ...kept])
    const first = all.get(hashes)
    if (first === undefined) throw new DecorumError('DECORUM_KEY_MISSING', `DECORUM_KEYS has no key ${hashes}`)
    const secrets = new Map([[hashes, first], ...all])
    return {
      wraps: says?.wraps ?? newest,
      hashes,
      renamed: says?.renamed ?? false,
      secrets,
      compares: [...secrets.keys()].filter((id) => says?.unused.includes(id) !== true),
    }
  }
  let now = inUse(known)

  const wrap = (bytes: Buffer): WrappedKey => ({
    wrapped: encrypt(wrapper(now.wraps), wrapBound(now.wraps), bytes),
    keyId: now.wraps,
  })
  const unwrap: Vault['unwrap'] = (wrapped, keyId) => {
    if (wrapped === null || keyId === null) throw new DecorumError('DECORUM_ERASED', 'this person was erased')
    const known = made.get(wrapped)
    if (known !== undefined) return known
    const bytes = decrypt(wrapper(keyId), wrapBound(keyId), wrapped)
    if (bytes === null) throw otherBytes(keyId)
    return new DataKey(bytes)
  }
  const signWith = (key: KeyObject, purpose: string, text: string): Buffer =>
    createHmac('sha256', key).update(purpose).update('\0').update(text, 'utf8').digest().subarray(0, SIGNATURE_BYTES)
  const hashWith = (keyId: string, { addressHash }: RingSecrets, channel: Channel, value: string): AddressHash => ({
    hash: createHmac('sha256', addressHash)
      .update(channel === 'email' ? 'mailbox' : 'number')
      .update('\0')
      .update(value, 'utf8')
      .digest(),
    keyId,
  })
  const hashing = (): RingSecrets => now.secrets.get(now.hashes) as RingSecrets

  const openBytes: Vault['openBytes'] = (key, place, sealed) => {
    const plain = decrypt(DataKey.bytesOf(key), fieldBound(place), sealed)
    if (plain === null) throw notThere(place)
    return plain
  }

  const digestWith = (key: KeyObject | Buffer, purpose: DigestPurpose, hash: Buffer): Buffer =>
    Buffer.concat([DIGEST_HEAD, createHmac('sha256', key).update(`digest/${purpose}\0`).update(hash).digest()])
  const digests: Vault['digests'] = (purpose, hash) =>
    [...now.secrets.values()].map(({ digest }) => digestWith(digest, purpose, hash))

  return {
    get currentKeyId() {
      return now.wraps
    },
    newestKeyId: newest,
    ring: ring.map(({ id }) => id),
    adopt: (says) => {
      now = inUse(says)
    },
    keepSecrets: (under) =>
      [...now.secrets]
        .filter(([id]) => id !== under)
        .map(([id, { bytes }]) => ({ id, secrets: encrypt(wrapper(under), secretsBound(id), bytes) })),
    newDataKey: () => {
      const bytes = takeRandomBytes(32)
      const key = wrap(bytes)
      made.set(key.wrapped, new DataKey(bytes))
      return key
    },
    unwrap,
    rewrap: (wrapped, keyId) => (keyId === now.wraps ? null : wrap(DataKey.bytesOf(unwrap(wrapped, keyId)))),
    seal: (key, place, text) => encrypt(DataKey.bytesOf(key), fieldBound(place), Buffer.from(text, 'utf8')),
    sealBytes: (key, place, bytes) => encrypt(DataKey.bytesOf(key), fieldBound(place), bytes),
    open: (key, place, sealed) => openBytes(key, place, sealed).toString('utf8'),
    openBytes,
    sealText: (key, place, text) => {
      const bytes = Buffer.from(text, 'utf8')
      if (key === null)
        return writeSealedText({ person: false, keyId: now.hashes }, encrypt(hashing().text, fieldBound(place), bytes))
      return writeSealedText({ person: true }, encrypt(DataKey.bytesOf(key), fieldBound(place), bytes))
    },
    openText: (key, place, stored) => {
      const read = readSealedText(stored)
      if (read === null) return stored
      if (read.under.person) {
        const own = key()
        return own === null ? null : openBytes(own, place, read.sealed).toString('utf8')
      }
      const secrets = now.secrets.get(read.under.keyId)
      const plain = secrets === undefined ? null : decrypt(secrets.text, fieldBound(place), read.sealed)
      if (plain === null) throw notThere(place)
      return plain.toString('utf8')
    },
    digest: (key, purpose, hash) => digestWith(key === null ? hashing().digest : DataKey.bytesOf(key), purpose, hash),
    isDigest: (key, purpose, hash, digest) => {
      if (digest.length === hash.length) return timingSafeEqual(digest, hash)
      const made = key === null ? digests(purpose, hash) : [digestWith(DataKey.bytesOf(key), purpose, hash)]
      return made.some((one) => one.equals(digest))
    },
    digests,
    addressHash: (channel, value) => hashWith(now.hashes, hashing(), channel, value),
    addressHashes: (channel, value) =>
      now.compares.map((keyId) => hashWith(keyId, now.secrets.get(keyId) as RingSecrets, channel, value)),
    get liveHashKeys() {
      return now.compares
    },
    get comparesSeveral() {
      return now.renamed || now.compares.length > 1
    },
    sign: (purpose, text) => signWith(hashing().signature, purpose, text),
    isSigned: (purpose, text, signature) =>
      signature.length === SIGNATURE_BYTES &&
      [...now.secrets.values()].some((secrets) =>
        timingSafeEqual(signWith(secrets.signature, purpose, text), signature),
      ),
  }
}

const otherBytes = (keyId: string): DecorumError =>
  new DecorumError('DECORUM_KEY_MISSING', `key ${keyId} of DECORUM_KEYS is not the one that wrapped this data`)

const notThere = ({ table, column }: SealedField): DecorumError =>
  new DecorumError('DECORUM_INTERNAL', `what is stored in ${table}.${column} does not open there`)

const SIGNATURE_BYTES = 16

/** Before each digest: a plain SHA-256, as earlier builds stored, is shorter. */
const DIGEST_HEAD = Buffer.from([2])

const secretsBound = (keyId: string): string => `ring-secrets\0${keyId}`

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
/** What people state, in columns of text; see `sealed-text.ts`. */
export const addressSource = place('recipient_address', 'source')
export const consentSource = place('consent', 'source')
export const accountReference = place('account', 'reference_masked')
/** `rowId` is `<account id>.<fact>`. */
export const accountFact = place('account', 'facts_for_words')
/** `rowId` is `<event id>.<field>`. */
export const eventField = place('event', 'body')
/** `rowId` is `<hold id>.<field>`. */
export const holdDetail = place('hold', 'details')
export const holdEndReason = place('hold', 'end_reason')
/** Of several rows of one report; `rowId` is the creditor. */
export const suppressionSource = place('suppression', 'source')
export const suppressionLiftReason = place('suppression', 'lift_reason')
export const doubtReason = place('doubt_resolution', 'reason')
export const switchReason = place('switch', 'reason')
export const switchLiftReason = place('switch', 'lift_reason')
export const apiKeyLabel = place('api_key', 'label')
export const importSource = place('import_job', 'source')
/** A captured address and message, as JSON. */
export const capturedContent = place('captured_message', 'content')
