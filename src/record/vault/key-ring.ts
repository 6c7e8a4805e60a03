import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DecorumError } from '../../model/errors.ts'
import { weaknessOf } from '../../model/weak-key.ts'
import { takeRandomBytes } from '../id.ts'

export interface RingKey {
  readonly id: string
  readonly key: KeyObject
}

/** At least one key, newest first: the first wraps, all unwrap. */
export type KeyRing = readonly [RingKey, ...RingKey[]]

const KEY_BYTES = 32

/**
 * Which keys does DECORUM_KEYS hold?
 *
 * @param text  `id:base64` of 32 bytes, separated by commas, the current key first
 * @throws      DECORUM_CONFIG naming each bad entry by its position; never repeats a key
 */
export function parseKeyRing(text: string): KeyRing {
  const faults: { path: string; problem: string; cure: string }[] = []
  const keys: RingKey[] = []
  const entries = text.split(',').map((entry) => entry.trim())
  for (const [index, entry] of entries.entries()) {
    const path = `DECORUM_KEYS[${index}]`
    const fault = (problem: string, cure: string): unknown => faults.push({ path, problem, cure })
    const [, id, encoded] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,31}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry) ?? []
    if (id === undefined || encoded === undefined) {
      fault('is not `id:base64`', 'make one with: echo "k1:$(openssl rand -base64 32)"')
      continue
    }
    const bytes = Buffer.from(encoded, 'base64')
    if (bytes.length !== KEY_BYTES) fault(`holds ${bytes.length} bytes`, 'a key has 32 bytes')
    else if (keys.some((key) => key.id === id)) fault(`repeats the id ${id}`, 'give each key an id of its own')
    else if (weaknessOf(bytes) !== null)
      fault(`is no random key: it ${weaknessOf(bytes) ?? ''}`, 'make one with: echo "k1:$(openssl rand -base64 32)"')
    else keys.push({ id, key: createSecretKey(bytes) })
  }
  const [first, ...rest] = keys
  if (faults.length > 0 || first === undefined) {
    throw new DecorumError(
      'DECORUM_CONFIG',
      `DECORUM_KEYS: ${faults.map((f) => `${f.path} ${f.problem}`).join('; ')}`,
      { faults },
    )
  }
  return [first, ...rest]
}

/**
 * The embedded ledger's own keys, in the form of DECORUM_KEYS.
 *
 * Created once, readable only by its owner. Losing `<dataDir>/keys` loses every name and address:
 * it belongs in the backup, apart from the data.
 */
export function loadOrCreateKeys(dataDir: string): string {
  const path = join(dataDir, 'keys')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  if (!existsSync(path)) {
    // Written to a temporary file and linked: a crash leaves no partial key, and of two processes one wins.
    const aside = `${path}.${process.pid}`
    writeFileSync(aside, `k1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true })
    try {
      linkSync(aside, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    rmSync(aside)
  }
  return readFileSync(path, 'utf8').trim()
}

const CIPHER = 'aes-256-gcm'
const VERSION = 1
const IV_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + IV_BYTES + TAG_BYTES
const TAG_LENGTH = { authTagLength: TAG_BYTES }

/**
 * AES-256-GCM: version, random IV, tag, ciphertext; 29 bytes more than the plaintext.
 *
 * Random 96-bit IVs allow 2^32 messages per key (SP 800-38D); one key for all recipients would reach
 * that in 215 days of five million reminders, a key per recipient never does.
 *
 * @param key    bytes for a key that is used a few times: making a KeyObject costs as much as a third of a decryption
 * @param bound  associated data: the ciphertext opens only in its own field
 */
export function encrypt(key: KeyObject | Buffer, bound: string, plain: Buffer): Buffer {
  const iv = takeRandomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv)
  cipher.setAAD(Buffer.from(bound, 'utf8'))
  const sealed = Buffer.allocUnsafe(HEAD_BYTES + plain.length)
  cipher.update(plain).copy(sealed, HEAD_BYTES)
  // GCM is a stream mode: final() computes the tag and returns no bytes.
  cipher.final()
  sealed[0] = VERSION
  iv.copy(sealed, 1)
  cipher.getAuthTag().copy(sealed, 1 + IV_BYTES)
  return sealed
}

/** The plaintext, or null when the key, the field or any bit differs. */
export function decrypt(key: KeyObject | Buffer, bound: string, sealed: Buffer): Buffer | null {
  if (sealed.length < HEAD_BYTES || sealed[0] !== VERSION) return null
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(1, 1 + IV_BYTES), TAG_LENGTH)
  decipher.setAAD(Buffer.from(bound, 'utf8'))
  decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, HEAD_BYTES))
  const plain = decipher.update(sealed.subarray(HEAD_BYTES))
  try {
    // Throws unless the tag is right, before the plaintext is used; it returns no bytes.
    decipher.final()
  } catch {
    return null
  }
  return plain
}
