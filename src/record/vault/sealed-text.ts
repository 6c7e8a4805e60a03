/**
 * What people say, in a column of text.
 *
 * Our own words and words of a vocabulary stand in such columns as they are; what somebody stated stands sealed, as
 * `sealed1:`, whose key it is under, and base64. So a column may hold both, rules may go on reading our words, and JSON may
 * hold sealed values beside plain ones.
 */
const PREFIX = 'sealed1:'

/** Whose key a text is sealed under: a person's, or that of the deployment with this id. */
export type SealedUnder = { person: true } | { person: false; keyId: string }

export const isSealedText = (stored: string): boolean => stored.startsWith(PREFIX)

export const writeSealedText = (under: SealedUnder, sealed: Buffer): string =>
  `${PREFIX}${under.person ? 'p' : `h:${under.keyId}`}:${sealed.toString('base64')}`

const PERSON = `${PREFIX}p:`

/** Null: nothing sealed. Hot: dispatch opens the words of each account. */
export function readSealedText(stored: string): { under: SealedUnder; sealed: Buffer } | null {
  if (stored.startsWith(PERSON))
    return { under: { person: true }, sealed: Buffer.from(stored.slice(PERSON.length), 'base64') }
  const [, keyId, encoded] = /^sealed1:h:([A-Za-z0-9._-]+):([A-Za-z0-9+/=]+)$/.exec(stored) ?? []
  return keyId === undefined || encoded === undefined
    ? null
    : { under: { person: false, keyId }, sealed: Buffer.from(encoded, 'base64') }
}
