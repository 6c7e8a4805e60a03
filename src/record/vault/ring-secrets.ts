import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { RingKey } from './key-ring.ts'

/** What a key of DECORUM_KEYS is never used for itself: each purpose has a key derived from it. */
export interface RingSecrets {
  /** HMAC of numbers and mailboxes. */
  readonly addressHash: KeyObject
  /** Of links that are handed out. */
  readonly signature: KeyObject
  /** HMAC of what concerns nobody in particular. */
  readonly digest: KeyObject
  /** Seals free text that concerns nobody in particular. */
  readonly text: KeyObject
  /** All of them, to be wrapped by another key. */
  readonly bytes: Buffer
}

/** In the order in which they stand in `bytes`. */
const PURPOSES = ['address-hash', 'signature', 'digest', 'text'] as const
const SECRET_BYTES = 32

const deriveBytes = ({ key }: RingKey, purpose: string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `decorum/${purpose}`, length))

/** The key for one purpose. */
export const derive = (ringKey: RingKey, purpose: string): KeyObject =>
  createSecretKey(deriveBytes(ringKey, purpose, SECRET_BYTES))

export const secretsOf = (ringKey: RingKey): RingSecrets =>
  readSecrets(Buffer.concat(PURPOSES.map((purpose) => deriveBytes(ringKey, purpose, SECRET_BYTES))))

/** Secrets from the bytes that were wrapped. */
export function readSecrets(bytes: Buffer): RingSecrets {
  const at = (i: number): KeyObject => createSecretKey(bytes.subarray(i * SECRET_BYTES, (i + 1) * SECRET_BYTES))
  return { addressHash: at(0), signature: at(1), digest: at(2), text: at(3), bytes }
}

/** By what a ledger knows this key again; tells nothing of it. */
export const checkValueOf = (ringKey: RingKey): Buffer => deriveBytes(ringKey, 'check', 16)
