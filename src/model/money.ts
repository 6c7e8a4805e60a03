import { LRUCache } from 'lru-cache'

/** An amount in one currency, exact. */
export interface Money {
  /** Decimal text with exactly the currency's minor digits, e.g. `1250.00`, `500` (JPY), `-3.20`. */
  amount: string
  /** ISO 4217, upper case. */
  currency: string
}

const codes = (text: string): string[] => text.trim().split(/\s+/)

const NO_MINOR_UNIT = codes('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF')
const THREE_DIGITS = codes('BHD IQD JOD KWD LYD OMR TND')
const FOUR_DIGITS = codes('CLF UYW')
const TWO_DIGITS = codes(`
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
  COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR
  IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
  NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
  SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`)

/**
 * How many minor digits does an amount in this currency have?
 *
 * ISO 4217 list one, without metals, funds codes and test codes. BGN stays although Bulgaria now uses the euro: debts in
 * it are still being paid.
 */
export const CURRENCY_EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...NO_MINOR_UNIT.map((c) => [c, 0] as const),
  ...TWO_DIGITS.map((c) => [c, 2] as const),
  ...THREE_DIGITS.map((c) => [c, 3] as const),
  ...FOUR_DIGITS.map((c) => [c, 4] as const),
])

type MoneyProblem = { ok: false; part: 'amount' | 'currency'; problem: string; cure: string }
type ParsedMoney = { ok: true; money: Money } | MoneyProblem

/** More whole digits than any consumer debt has: a longer number is not an amount. */
const MAX_WHOLE_DIGITS = 15
const MAX_LENGTH = 32

/**
 * Which amount do these two fields state, exactly?
 *
 * Refuses JSON numbers (they have already lost digits), signs unless allowed, exponents, thousands marks, leading zeros
 * and more digits than the currency has. Never throws.
 *
 * @param amount    as received; only text is accepted
 * @param currency  as received; ISO 4217 in upper case
 * @returns         the amount padded to the currency's minor digits, or which part is wrong and its cure
 */
export function parseMoney(
  amount: unknown,
  currency: unknown,
  allow: { negative?: boolean; zero?: boolean } = { zero: true },
): ParsedMoney {
  const exponent = typeof currency === 'string' ? CURRENCY_EXPONENTS.get(currency) : undefined
  if (exponent === undefined) {
    return {
      ok: false,
      part: 'currency',
      problem: 'is not a currency in use',
      cure: 'Write the ISO 4217 code in capitals, e.g. CNY or USD.',
    }
  }
  const wrong = (problem: string): MoneyProblem => ({
    ok: false,
    part: 'amount',
    problem,
    cure: `Write it like "${exampleOf(exponent)}".`,
  })
  if (typeof amount !== 'string')
    return wrong(typeof amount === 'number' ? 'is a number; money is text, so that no digit is lost' : 'is not text')
  if (amount.length > MAX_LENGTH) return wrong(`is longer than ${MAX_LENGTH} characters`)
  const m = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount)
  if (m === null) return wrong(problemOf(amount))
  const [sign, whole, minor] = [m[1] as string, m[2] as string, m[3] ?? '']
  if (whole.length > 1 && whole.startsWith('0')) return wrong('has leading zeros')
  if (whole.length > MAX_WHOLE_DIGITS) return wrong(`has more than ${MAX_WHOLE_DIGITS} digits before the point`)
  // 125.0000 equals 125.00; 125.005 would lose a digit.
  if (/[1-9]/.test(minor.slice(exponent)))
    return wrong(`has ${minor.length} digits after the point, ${currency as string} has ${exponent}`)
  const zero = /^0*$/.test(whole + minor)
  if (sign === '-' && (allow.negative !== true || zero)) return wrong('has a sign')
  if (zero && allow.zero === false) return wrong('is zero')
  const digits = minor.slice(0, exponent).padEnd(exponent, '0')
  return {
    ok: true,
    money: { amount: exponent === 0 ? sign + whole : `${sign}${whole}.${digits}`, currency: currency as string },
  }
}

/** Notations of a credit: `-5.00`, `5.00-`, `(5.00)`, `5.00 CR`, with a dash and digits of any width. */
const CREDITS = [
  /^[\p{Pd}\u2212]\s*([\d., '’]+)$/u,
  /^([\d., '’]+)\s*[\p{Pd}\u2212]$/u,
  /^\(\s*([\d., '’]+)\s*\)$/,
  /^CR\.?\s*([\d., '’]+)$/i,
  /^([\d., '’]+)\s*CR\.?$/i,
]
/** Whole digits in groups, as in Europe, America and India, and one or two behind a point or a comma. */
const GROUPED = /^(\d{1,3}(?:[., '’]\d{3})*|\d+|\d{1,2}(?:,\d{2})+,\d{3})(?:[.,](\d{1,2}))?$/

/**
 * A balance in accounting notation, with the sign first: `(125.00)`, `125.00-` and `-$125.00` become `-125.00`.
 *
 * A negative balance was overpaid, and nothing is overdue whichever way its marks are read: `(1,250)` is the larger credit,
 * so that nothing is chased too early. Anything else is returned unchanged.
 */
export function signedBalance(stated: unknown): unknown {
  if (typeof stated !== 'string' || stated.length > MAX_LENGTH) return stated
  const text = stated
    .normalize('NFKC')
    .replace(/\p{Sc}/u, '')
    .trim()
  const credit = CREDITS.map((notation) => notation.exec(text)?.[1]?.trim()).find((found) => found !== undefined)
  const amount = credit === undefined ? null : withoutMarks(credit)
  if (amount === null) return stated
  return /^[0.]+$/.test(amount) ? amount : `-${amount}`
}

function withoutMarks(text: string): string | null {
  if (/^[\d.]+$/.test(text)) return text
  const [, whole, minor] = GROUPED.exec(text) ?? []
  if (whole === undefined) return null
  return `${whole.replace(/\D/g, '')}${minor === undefined ? '' : `.${minor}`}`
}

/** The amount in minor units (fen, cents). Throws RangeError when `money` did not come from `parseMoney`. */
export function toMinor(money: Money): bigint {
  const parsed = parseMoney(money.amount, money.currency, { negative: true, zero: true })
  if (!parsed.ok) throw new RangeError(`not money: the ${parsed.part} ${parsed.problem}`)
  return BigInt(parsed.money.amount.replace('.', ''))
}

/** The amount of these minor units. Throws RangeError for a currency not in use. */
export function fromMinor(minor: bigint, currency: string): Money {
  const exponent = CURRENCY_EXPONENTS.get(currency)
  if (exponent === undefined) throw new RangeError('not money: the currency is not in use')
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const amount = exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`
  return { amount: minor < 0n ? `-${amount}` : amount, currency }
}

/** The sum, or null when there is nothing to add or the currencies differ: never converted. */
export function sumMoney(amounts: readonly Money[]): Money | null {
  const currency = amounts[0]?.currency
  if (currency === undefined || amounts.some((m) => m.currency !== currency)) return null
  return fromMinor(
    amounts.reduce((sum, m) => sum + toMinor(m), 0n),
    currency,
  )
}

function exampleOf(exponent: number): string {
  return exponent === 0 ? '1250' : `1250.${'0'.repeat(exponent)}`
}

function problemOf(text: string): string {
  if (text === '') return 'is empty'
  if (/^[-(]?\d{1,3}(?:[. '’\u00a0\u202f]?\d{3})*,\d{1,2}[-)]?$/.test(text)) return 'has a decimal comma'
  if (/^[+]/.test(text) || signedBalance(text) !== text) return 'has a sign'
  if (/^[+-]?(\d+\.?\d*|\.\d+)e[+-]?\d+$/i.test(text)) return 'is in exponent notation'
  if (/^-?\d{1,3}([,' _’\u00a0\u202f]\d{2,3})+(\.\d+)?$/.test(text)) return 'has thousands marks'
  return 'is not a decimal amount'
}

/** Characters that GSM-7 and Chinese carriers accept; amounts with others, such as `¥` and `₹`, use the currency code. */
const PLAIN = /^[-A-Z$£€0-9.,' ]+$/

/** Creating a NumberFormat takes longer than rendering the rest of a message. */
const formats = new LRUCache<string, Intl.NumberFormat>({ max: 500 })

/**
 * How is this amount written in a message?
 *
 * zh: `1,250.00元`, other currencies by name (`125.00美元`); never `¥`, which mainland carriers refuse.
 * Elsewhere the locale's own form (`$125.00`, `£125.00`), with the code where the symbol is not plain
 * (`CNY 1,250.00`). Plain spaces only, so that an SMS stays GSM-7. Exact for any number of digits.
 */
export function formatMoney(money: Money, locale: string): string {
  if (isChinese(locale)) return `${decimal(money, locale)}${chineseName(money.currency, locale)}`
  const symbol = currencyForm(money, locale, 'symbol')
  return PLAIN.test(symbol) ? symbol : currencyForm(money, locale, 'code')
}

/**
 * How is this amount said by a speech engine?
 *
 * As `formatMoney`, but without `.00` and, in Chinese, without thousands marks: `1250元`, `$125`.
 */
export function speakMoney(money: Money, locale: string): string {
  if (isChinese(locale)) {
    const digits = Number(money.amount.split('.')[1] ?? 0) === 0 ? (money.amount.split('.')[0] as string) : money.amount
    return `${digits}${chineseName(money.currency, locale)}`
  }
  return formatMoney(money, locale).replace(/[.,]0+(?=\D*$)/, (zeros) =>
    CURRENCY_EXPONENTS.get(money.currency) === zeros.length - 1 ? '' : zeros,
  )
}

const isChinese = (locale: string): boolean => /^zh\b/i.test(locale)

function chineseName(currency: string, locale: string): string {
  if (currency === 'CNY') return '元'
  return new Intl.DisplayNames([locale], { type: 'currency' }).of(currency) ?? currency
}

function decimal(money: Money, locale: string): string {
  return formatWith(locale, money, { useGrouping: true })
}

function currencyForm(money: Money, locale: string, display: 'symbol' | 'code'): string {
  return formatWith(locale, money, { style: 'currency', currency: money.currency, currencyDisplay: display })
}

function formatWith(locale: string, money: Money, options: Intl.NumberFormatOptions): string {
  const digits = CURRENCY_EXPONENTS.get(money.currency) ?? 2
  const key = `${locale}|${digits}|${options.currency ?? ''}|${options.currencyDisplay ?? ''}`
  let format = formats.get(key)
  if (format === undefined) {
    // Digits from ISO 4217, not from Intl: CLDR rounds some currencies (IQD, LBP) whose minor units debts still use.
    format = new Intl.NumberFormat(locale, {
      ...options,
      numberingSystem: 'latn',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
    formats.set(key, format)
  }
  return format
    .format(money.amount as Intl.StringNumericLiteral)
    .replace(/[\u00a0\u202f]/g, ' ')
    .replace(/[\u200e\u200f\u061c]/g, '')
}
