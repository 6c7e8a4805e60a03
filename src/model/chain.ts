import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'

/** What became of the rows that a link names. `walked`: found as they stood before there was a chain; `walk-done`: that was all of them. */
export type LinkAction = 'put' | 'removed' | 'dropped' | 'walked' | 'walk-done'

/** One link of a creditor's chain, without its hash. Lists are parallel; `hashes` is empty where rows are gone. */
export interface Link {
  creditor: string
  /** 1 for the first of this creditor. */
  no: number
  relation: string
  shape: number
  /** The columns that the shape stands for: they are covered too. */
  columns: readonly string[]
  action: LinkAction
  /** False: nobody proved that a process of ours wrote this. */
  own: boolean
  keys: readonly Buffer[]
  hashes: readonly Buffer[]
  notes: readonly number[]
  /** Machine time, milliseconds. */
  at: number
}

/** What the first link of a chain follows. */
export const BEFORE_THE_FIRST = Buffer.alloc(32)

/** The hash of a link that follows the one with the hash `previous`. */
export function linkHash(link: Link, previous: Buffer): Buffer {
  const { creditor, no, relation, shape, columns, action, own, keys, hashes, notes, at } = link
  const lists = [lengthsOf(keys), lengthsOf(hashes), notes]
  return createHash('sha256')
    .update(previous)
    .update(JSON.stringify([creditor, no, relation, shape, columns, action, own, at, ...lists]))
    .update(Buffer.concat([...keys, ...hashes]))
    .digest()
}

/** Where one ends and the next begins: how many there are of one length, or the length of each. */
function lengthsOf(pieces: readonly Buffer[]): number[] | { each: number; count: number } {
  const each = pieces[0]?.length ?? 0
  return pieces.every((piece) => piece.length === each)
    ? { each, count: pieces.length }
    : pieces.map((piece) => piece.length)
}

/** Where the chains stood at an instant, to be signed. */
export interface Head {
  no: number
  /** As `formatInstant` writes it; machine time. */
  at: string
  /** The number and hexadecimal hash of the last link of each creditor whose chain has grown since the head before. */
  chains: Record<string, { no: number; hash: string }>
  /** SHA-256 of the signed head before, in hexadecimal; null for the first. */
  previous: string | null
  /** Names the public key: the beginning of its hash. */
  key: string
}

export interface SignedHead extends Head {
  /** Ed25519 over the canonical JSON of the rest, in base64. */
  signature: string
}

/** The name of a key, from its public half. */
export const keyName = (key: KeyObject): string =>
  createHash('sha256')
    .update((key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)

export const signHead = (head: Head, key: KeyObject): SignedHead => ({
  ...head,
  signature: sign(null, Buffer.from(canonicalJson(head)), key).toString('base64'),
})

/** Was this head signed with one of these keys, and not changed since? */
export function isSignedHead({ signature, ...head }: SignedHead, keys: readonly KeyObject[]): boolean {
  const key = keys.find((one) => keyName(one) === head.key)
  return key !== undefined && verify(null, Buffer.from(canonicalJson(head)), key, Buffer.from(signature, 'base64'))
}

/** What the next head names as the one before. */
export const headHash = (signed: string): string => createHash('sha256').update(signed).digest('hex')

/** A head as a line of a file, or null when the line is none. */
export function readHead(line: string): SignedHead | null {
  try {
    const head = JSON.parse(line) as Partial<SignedHead>
    const whole =
      Number.isSafeInteger(head.no) &&
      typeof head.at === 'string' &&
      typeof head.key === 'string' &&
      typeof head.signature === 'string' &&
      typeof head.chains === 'object' &&
      head.chains !== null &&
      Object.values(head.chains).every(({ no, hash }) => Number.isSafeInteger(no) && typeof hash === 'string')
    return whole ? (head as SignedHead) : null
  } catch {
    return null
  }
}

/** An Ed25519 key from PEM, or from the base64 of its DER. Null: it is none. */
export function readSigningKey(half: 'private' | 'public', text: string): KeyObject | null {
  try {
    const pem = text.includes('-----BEGIN')
    const key = pem ? text.replaceAll('\\n', '\n') : Buffer.from(text, 'base64')
    const read =
      half === 'private'
        ? createPrivateKey(pem ? (key as string) : { key: key as Buffer, format: 'der', type: 'pkcs8' })
        : createPublicKey(pem ? (key as string) : { key: key as Buffer, format: 'der', type: 'spki' })
    return read.asymmetricKeyType === 'ed25519' ? read : null
  } catch {
    return null
  }
}
