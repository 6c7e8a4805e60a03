import { domainToASCII } from 'node:url'

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i

/**
 * Is this exactly one mailbox that any relay takes?
 *
 * Stricter than RFC 5321: no quoted local parts and no address literals, which no
 * borrower has; no letters beyond ASCII before the @, which nodemailer would send raw
 * even to a relay without SMTPUTF8. A line break or group syntax would name other
 * recipients than the one that was decided about.
 *
 * @returns  the mailbox with its domain in ASCII (IDN as punycode), or null
 */
export function readMailbox(text: string): string | null {
  const at = text.lastIndexOf('@')
  if (at < 1 || at > 64) return null
  const local = text.slice(0, at)
  // domainToASCII answers "" for what it cannot encode.
  const domain = /[\s\0-\x20<>,;:"()[\]\\]/.test(text) ? '' : domainToASCII(text.slice(at + 1))
  return LOCAL_PART.test(local) && DOMAIN.test(domain) ? `${local}@${domain}` : null
}

/** The mailbox in a sender such as `Northwind Credit <reminders@northwind.example>`; null when there is none. */
export function senderMailbox(from: string): string | null {
  const angled = /^[^<>]*<([^<>]*)>\s*$/.exec(from)
  return readMailbox(angled === null ? from.trim() : (angled[1] as string))
}
