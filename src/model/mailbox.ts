import { domainToASCII } from 'node:url'

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
/** As written: letters of any script, digits, hyphens and full stops. Whatever else a host parser would cut off, decode or take for a port is refused. */
const DOMAIN_AS_WRITTEN = /^(?:[\p{L}\p{M}\p{N}\u00b7\u0375\u05f3\u05f4\u30fb.\u3002\uff0e\uff61-]|\u200c|\u200d)+$/u
/** In ASCII: at least two labels, the last one no number, so that no IP address is one. */
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/
const MOST_BYTES = 254

/**
 * Is this exactly one mailbox that any relay takes?
 *
 * The one rule for whatever is taken in and whatever is sent to. Stricter than RFC 5321: no quoted
 * local parts and no address literals, which no borrower has; no letters beyond ASCII before the @,
 * which nodemailer would send raw even to a relay without SMTPUTF8. A line break or group syntax
 * would name other recipients than the one that was decided about, and nothing is ever cut off to
 * make a mailbox of what is none: the rest of `ana@example.com/home` says that something is wrong.
 *
 * @returns  the mailbox with its domain in lower-case ASCII (IDN as punycode), or null
 */
export function readMailbox(text: string): string | null {
  const at = text.lastIndexOf('@')
  if (at < 1 || at > 64) return null
  const [local, written] = [text.slice(0, at), text.slice(at + 1)]
  if (!LOCAL_PART.test(local) || !DOMAIN_AS_WRITTEN.test(written)) return null
  // domainToASCII answers "" for what it cannot encode.
  const domain = domainToASCII(written)
  const mailbox = `${local}@${domain}`
  return DOMAIN.test(domain) && mailbox.length <= MOST_BYTES ? mailbox : null
}

/** The mailbox in a sender such as `Northwind Credit <reminders@northwind.example>`; null when there is none. */
export function senderMailbox(from: string): string | null {
  if (/[\r\n]/.test(from)) return null
  const angled = /^[^<>@]*<([^<>]*)>\s*$/.exec(from)
  return readMailbox(angled === null ? from.trim() : (angled[1] as string))
}
