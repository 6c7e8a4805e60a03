import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { takeRandomBytes } from '../random-bytes.ts'

const VERSION = 1
const IV_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + IV_BYTES + TAG_BYTES

/**
 * AES-256-GCM: version, random IV, tag, ciphertext; 29 bytes more than the plaintext.
 *
 * Random 96-bit IVs bear 2^32 messages per key (SP 800-38D); one key for everybody would reach
 * that in 215 days of five million reminders, a key per person never does.
 *
 * @param bound  associated data: the ciphertext opens only where it was put
 */
export function encrypt(key: KeyObject, bound: string, plain: Buffer): Buffer {
  const iv = takeRandomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(bound, 'utf8'))
  const sealed = Buffer.allocUnsafe(HEAD_BYTES + plain.length)
  cipher.update(plain).copy(sealed, HEAD_BYTES)
  // GCM encrypts as it goes: the end adds the tag and no bytes.
  cipher.final()
  sealed[0] = VERSION
  iv.copy(sealed, 1)
  cipher.getAuthTag().copy(sealed, 1 + IV_BYTES)
  return sealed
}

/** The plaintext, or null when the key, the place or a single bit is not what it was. */
export function decrypt(key: KeyObject, bound: string, sealed: Buffer): Buffer | null {
  if (sealed.length < HEAD_BYTES || sealed[0] !== VERSION) return null
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(bound, 'utf8'))
  decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, HEAD_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()])
  } catch {
    return null
  }
}
