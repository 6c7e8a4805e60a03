import { isE164 } from '../model/address-rules.ts'
import { plainText } from '../model/plain-text.ts'

/** A phone number in ASCII, without surrounding text; or why it is not exactly one number. */
type PhoneText = { ok: true; text: string } | { ok: false; problem: string; cure: string }

export const WRITE_WITH_PLUS = 'Write it with + and the country code, like "+8613800138000".'

const SCIENTIFIC = /^[+-]?\d+(?:[.,]\d+)? ?E ?[+-]? ?\d+$/i
const EXTENSION =
  /(?:;\s*ext\s*=|(?<!\p{L})(?:ext|extn|extension|xtn|x|dw|durchwahl|poste|anexo|ramal|interno|int)\.?\s*:?|#|内线|分机|转|轉|内線|내선)\s*\d/iu
const SEVERAL = /[;,|&\n]|\b(?:or|and|oder|und|ou|et|y|o)\b|[或和、，；]/i
/** `0664 1234567 - 68`: the end of a second number. `030 12345-67` is one number with the extension in it. */
const SPACED_DASH = /\d - \d{1,4}$/
/** One slash after an area code, as in `030/1234567`, `+49 30/1234567`, `212/555-0123`; the rest is one number. */
const AREA_SLASH =
  /^(?:(?:\+|00)\d{1,3}[ .-]?(?:\(0\) ?)?\(?\d{1,5}\)?|\(?0\d{1,5}\)?|\(?[2-9]\d\d\)?) ?\/ ?\d[\d .-]{3,}$/

/**
 * Which number does this text hold, without what phones, spreadsheets and web pages add around it?
 *
 * Cleaned: digits, signs and spaces of any script and width, dashes of any kind, invisible characters, `tel:`, a leading
 * apostrophe, `="…"`. Refused: text from which something would have to be cut off or joined to make a number.
 */
export function readPhoneText(stated: string): PhoneText {
  // Most numbers need no cleaning.
  if (isE164(stated)) return { ok: true, text: stated }
  const text = asciiOf(stated)
  const wrong = (problem: string, cure: string = WRITE_WITH_PLUS): PhoneText => ({ ok: false, problem, cure })
  if (SCIENTIFIC.test(text)) {
    return wrong(
      'is written in scientific notation, as Excel shows a long number; its last digits are lost',
      'Format the column as text in Excel before the numbers are put in, and export again.',
    )
  }
  if (endsAsDecimal(text)) {
    return wrong(
      'ends in a decimal place, as a spreadsheet writes a number; the digit after it belongs to nobody',
      'Export the column as text, without decimals.',
    )
  }
  if (EXTENSION.test(text))
    return wrong(
      'has an extension, which no message reaches',
      "State the number alone, or the extension's own full number.",
    )
  if (
    SEVERAL.test(text) ||
    SPACED_DASH.test(text) ||
    text.lastIndexOf('+') > 0 ||
    (text.includes('/') && !AREA_SLASH.test(text))
  ) {
    return wrong(
      'holds more than one number, or an extension',
      'State each number as an address of its own, with + and the country code.',
    )
  }
  return /^[ +\d().\-/]{3,40}$/.test(text) ? { ok: true, text } : wrong('is not a phone number')
}

/** The text in ASCII, from any script and width, with single spaces; characters that belong to no number are left out. */
function asciiOf(stated: string): string {
  // A raised or circled digit is a note beside a number, not a digit of it: NFKC would make it one.
  const marked = plainText(stated).replace(/\p{No}/gu, '?')
  const text = marked
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, digitOf)
    .replace(/[\p{Pd}\u2212\u2043\u30fc\uff70]/gu, '-')
    .replace(/\s+/gu, ' ')
    .trim()
  return text
    .replace(/^=\s*"(.*)"$/, '$1')
    .replace(/^"(.*)"$/, '$1')
    .replace(/^['\u2018\u2019`]/, '')
    .replace(/^tel:(?:\/\/)?/i, '')
    .trim()
    .replace(/^\(\s*(\+\d{1,3})\s*\)/, '$1 ')
}

/** Digits of every script stand in a row of ten. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) as number
  let value = 0
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++
  return String(value)
}

/**
 * A point (or a comma) and zeros at the end, or one before the last digit: no number is written so, a cell of
 * numbers is. `06.12.34.56.00` and `212.555.0000` have other points before, and groups like the last.
 */
function endsAsDecimal(text: string): boolean {
  const [, before, last] = /^(.*\d)[.,] ?(\d+)$/.exec(text) ?? []
  if (before === undefined || last === undefined) return false
  if (last.length === 1) return true
  const group = /[. ](\d+)$/.exec(before)?.[1]
  return /^0+$/.test(last) && !(before.includes('.') && group !== undefined && group.length >= 2 && group.length <= 4)
}
