import { localeChain } from '../../model/locale.ts'
import type { LocalText } from '../../model/template-facts.ts'
import { unsubscribe } from '../../pipeline/accept/accept-suppression.ts'
import type { Runtime } from '../../pipeline/runtime.ts'
import { unsubscribeAddress, type UnsubscribeAddress } from '../../record/suppressions.ts'
import type { Vault } from '../../record/vault/vault.ts'
import type { Callbacks } from './callbacks.ts'

const PURPOSE = 'unsubscribe'
const ID_BYTES = 16

/** The unsubscribe page that every email links to, and the one-click unsubscribe of mail programs. */
export function unsubscribeCallbacks(runtime: Runtime): Pick<Callbacks, 'readUnsubscribe' | 'unsubscribe'> {
  async function subjectOf(token: string): Promise<UnsubscribeAddress | null> {
    const addressId = readUnsubscribeToken(runtime.vault, token)
    return addressId === null ? null : unsubscribeAddress(runtime.ledger.db, addressId)
  }

  function senderName({ creditor, locale }: UnsubscribeAddress): string {
    const words = runtime.config.creditors.get(creditor)?.words
    return words === undefined ? creditor : inLocale(words.name, localeChain([locale], runtime.config.locales))
  }

  return {
    async readUnsubscribe(token) {
      const subject = await subjectOf(token)
      return subject === null
        ? null
        : { locale: subject.locale, creditorName: senderName(subject), done: subject.stopped }
    },

    async unsubscribe(token) {
      const subject = await subjectOf(token)
      if (subject === null) return false
      if (subject.stopped) return true
      await unsubscribe(runtime, subject)
      return true
    },
  }
}

const inLocale = (text: LocalText, locales: readonly string[]): string =>
  typeof text === 'string'
    ? text
    : (locales.map((locale) => text[locale]).find((found) => found !== undefined) ?? Object.values(text)[0] ?? '')

/**
 * The token of `/u/{token}`: our id of one recipient's address and a signature, 43 characters.
 *
 * It identifies neither recipient nor mailbox, does not expire (RFC 8058 links are used months later), and allows
 * nothing but to suppress this one address.
 */
export function unsubscribeToken(vault: Pick<Vault, 'sign'>, recipientAddressId: string): string {
  const id = Buffer.from(recipientAddressId.replaceAll('-', ''), 'hex')
  return Buffer.concat([id, vault.sign(PURPOSE, recipientAddressId)]).toString('base64url')
}

/** Which recipient address does this token name? Null: not a valid token. */
export function readUnsubscribeToken(vault: Pick<Vault, 'isSigned'>, token: string): string | null {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  const hex = bytes.subarray(0, ID_BYTES).toString('hex')
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  return vault.isSigned(PURPOSE, id, bytes.subarray(ID_BYTES)) ? id : null
}

/** The unsubscribe page of this address; null without a public URL. */
export const unsubscribeUrl = (
  publicUrl: string | null,
  vault: Pick<Vault, 'sign'>,
  recipientAddressId: string,
): string | null => (publicUrl === null ? null : `${publicUrl}/u/${unsubscribeToken(vault, recipientAddressId)}`)
