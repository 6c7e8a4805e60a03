import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max'
import type { Channel } from '../model/channel.ts'
import { readMailbox } from '../model/mailbox.ts'
import { plainText } from '../model/plain-text.ts'
import { notAPersons, readNumber } from './numbering-plan.ts'
import { readPhoneText, WRITE_WITH_PLUS } from './phone-text.ts'

export type ParsedAddress = { ok: true; value: string } | { ok: false; problem: string; cure: string }

/**
 * Which number or mailbox does this text name, in the one form that is stored and hashed?
 *
 * Whoever it may belong to: for looking up, for what happened, for stopping, which must never fail.
 *
 * @param country  ISO 3166-1 country that a number without `+` belongs to; null: none is known
 */
export function parseAddress(channel: Channel, text: string, country: string | null): ParsedAddress {
  return channel === 'email' ? parseEmail(text) : parsePhone(text, country)
}

/** The same of an address that a borrower is said to have: a number that can be nobody's own is refused. */
export function parseOwnAddress(channel: Channel, text: string, country: string | null): ParsedAddress {
  return channel === 'email' ? parseEmail(text) : parseOwnPhone(text, country)
}

/** Which E.164 number is this? Old forms (`+521…`) become the number of today; two possible readings are none. */
export function parsePhone(text: string, country: string | null): ParsedAddress {
  return readPhone(text, country, false)
}

/** Which E.164 number is this, that may be a person's own? */
export function parseOwnPhone(text: string, country: string | null): ParsedAddress {
  return readPhone(text, country, true)
}

const UNREADABLE = {
  none: 'is not a phone number of any country', ambiguous: 'is two numbers, read with its country\'s code or without', extended: 'holds more than one number, or an extension',
}

function readPhone(stated: string, country: string | null, own: boolean): ParsedAddress {
  const written = readPhoneText(stated)
  if (!written.ok) return written
  const region = country !== null && isSupportedCountry(country) ? (country as CountryCode) : null
  if (region === null && !written.text.startsWith('+')) {
    return { ok: false, problem: 'is a phone number without its country', cure: `${WRITE_WITH_PLUS} Or state the recipient's jurisdiction.` }
  }
  const read = readNumber(written.text, region)
  if (!read.ok) {
    return { ok: false, problem: UNREADABLE[read.why], cure: WRITE_WITH_PLUS }
  }
  const excluded = own ? notAPersons(read.planned) : null
  return excluded === null ? { ok: true, value: read.planned.number.number } : { ok: false, problem: excluded, cure: 'State a number of the person\'s own, or none.' }
}

/** Which mailbox is this? One plain address: no display name, list, group, comment or quoted part. */
export function parseEmail(text: string): ParsedAddress {
  const mailbox = readMailbox(plainText(text).trim())
  return mailbox === null
    ? { ok: false, problem: 'is not an email address', cure: 'Write one plain address, like "name@example.com".' }
    : { ok: true, value: mailbox }
}
