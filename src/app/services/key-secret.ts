import { createHash, randomBytes } from 'node:crypto'

/** A new secret: what it is good for, then 32 random bytes. */
export const newSecret = (kind: 'test' | 'live'): string => `dk_${kind}_${randomBytes(32).toString('base64url')}`

/** What the ledger keeps of a secret. Plain SHA-256 is enough for 256 random bits: there is nothing to guess. */
export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest()
