import { SegmentedMessage } from 'sms-segments-calculator'
import { plainText } from '../model/plain-text.ts'

// Control characters; 【】 would look like a second sender's signature. Bidi overrides were removed before, by `plainText`.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029【】]+/g

/** Most facts need no cleaning: printable ASCII and Han, with single spaces between. */
const PLAIN = /^[!-~\u4e00-\u9fff]+(?: [!-~\u4e00-\u9fff]+)*$/

/**
 * The text as one line that is safe in every channel, header and speech engine.
 *
 * Composed (NFC); control characters and 【】 become a space, invisible characters and lone surrogates are removed,
 * spaces are joined. For facts, never for whole messages.
 */
export function cleanLine(text: string): string {
  return PLAIN.test(text) ? text : plainText(wellFormed(text)).replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim()
}

const LONE_SURROGATE = /\p{Surrogate}/gu

const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '')

const WIDE = '[\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef\\u3000-\\u303f]'
const BETWEEN_WIDE = new RegExp(`(${WIDE})[ \\t]*\\n\\s*(?=${WIDE}|[0-9])`, 'g')

/**
 * The words as one line, for SMS, speech and subjects.
 *
 * Line breaks have no meaning: one between Chinese characters (or before a figure) is removed, any
 * other becomes a space.
 */
export function oneLine(text: string): string {
  return text.trim().replace(BETWEEN_WIDE, '$1').replace(/\s+/g, ' ')
}

/** The text as paragraphs separated by one empty line, for email. */
export function paragraphs(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

const WITH_SCHEME = /[a-z][a-z0-9+.-]*:\/\/[^\s<>"'、。,;:()【】]+/gi
const BARE_HOST =
  /(?<![@\w.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:\/[^\s<>"'、。,;:()【】]*)?(?![\w.-]*@)/gi

/** The links written with a scheme; a bare name with dots is not one. */
export const explicitLinks = (text: string): string[] =>
  text.includes('://') ? (text.match(WITH_SCHEME) ?? []).map(trimmed) : []

/** Every link in a text that a phone or mail program would make clickable, with or without `https://`. */
export function linksIn(text: string): string[] {
  const full = text.match(WITH_SCHEME) ?? []
  const bare = text.replace(WITH_SCHEME, ' ').match(BARE_HOST) ?? []
  return [...full, ...bare].map(trimmed)
}

const trimmed = (link: string): string => link.replace(/[.,;:!?)]+$/, '')

/** Where the link leads, in lower case; null when it is not an https (or scheme-less) web address. */
export function hostOf(link: string): string | null {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(link) ? link : `https://${link}`)
    return url.protocol === 'https:' ? url.hostname.toLowerCase() : null
  } catch {
    return null
  }
}

/** Does the link lead to one of these hosts or below one of them? */
export function leadsTo(link: string, hosts: readonly string[]): boolean {
  const host = hostOf(link)
  return (
    host !== null &&
    hosts.some((allowed) => host === allowed.toLowerCase() || host.endsWith(`.${allowed.toLowerCase()}`))
  )
}

interface SmsSize {
  segments: number
  encoding: 'GSM-7' | 'UCS-2'
}

/** GSM 03.38's basic alphabet without the line breaks: one septet each. */
const GSM_BASIC = /^[@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/

/** Characters of one UTF-16 unit that never combine with their neighbours: Latin, punctuation, Han, kana. */
const SINGLE_UNITS =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u203b\u203d-\u2048\u204a-\u205e\u20a0-\u20bf\u3000-\u3029\u3031-\u303c\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9d]*$/

/**
 * How many segments will carriers charge for this text? GSM-7 160, then 153 each; UCS-2 70, then 67 each.
 *
 * Nearly every text can be counted directly; the calculator, which handles escapes and combined
 * characters but takes 2 ms a text, decides the rest. A test compares the two.
 */
export function smsSize(text: string): SmsSize {
  if (GSM_BASIC.test(text)) return { segments: counted(text.length, 160, 153), encoding: 'GSM-7' }
  if (SINGLE_UNITS.test(text) && !/[\^{}\\[\]~|€]/.test(text))
    return { segments: counted(text.length, 70, 67), encoding: 'UCS-2' }
  return calculatedSize(text)
}

/** The same by the calculator alone. */
export function calculatedSize(text: string): SmsSize {
  const sized = new SegmentedMessage(text)
  return { segments: Math.max(1, sized.segmentsCount), encoding: sized.encodingName }
}

const TYPOGRAPHIC: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201a\u201b\u2032\u02bc]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/\u2026/g, '...'],
  [/[\u00a0\u2000-\u200a\u202f]/g, ' '],
]
const GSM_EXTENDED = /[\^{}\\[\]~|€]/g
/** Han, kana and whatever else no plainer form brings into GSM-7. */
const NEVER_GSM = /[\u3000-\uffff]/

/**
 * The text with plain quotes, dashes and spaces, where that alone makes it fit GSM-7.
 *
 * One ’ in a name makes an SMS of one segment two or three; a text with another character that needs UCS-2 is unchanged.
 */
export function foldedToGsm(text: string): string {
  if (GSM_BASIC.test(text) || NEVER_GSM.test(text)) return text
  const folded = TYPOGRAPHIC.reduce((words, [from, to]) => words.replace(from, to), text)
  return GSM_BASIC.test(folded.replace(GSM_EXTENDED, '')) ? folded : text
}

const counted = (units: number, single: number, joined: number): number =>
  units <= single ? 1 : Math.ceil(units / joined)
