import { LRUCache } from 'lru-cache'
import { CURRENCY_EXPONENTS } from './currency.ts'
import type { Money } from './money.ts'

/** Everything GSM-7 and Chinese carriers take: `¥` and `₹` are not among it, and give way to the code. */
const PLAIN = /^[-A-Z$£€0-9.,' ]+$/

/** Making one takes longer than the rest of a message. */
const formats = new LRUCache<string, Intl.NumberFormat>({ max: 500 })

/**
 * How is this amount written to a person?
 *
 * zh: `1,250.00元`, other currencies by name (`125.00美元`); never `¥`, which mainland carriers refuse.
 * Elsewhere the locale's own form (`$125.00`, `£125.00`), with the code where the symbol is not plain
 * (`CNY 1,250.00`). Plain spaces only, so that an SMS stays GSM-7. Exact for any number of digits.
 */
export function formatMoney(money: Money, locale: string): string {
  if (isChinese(locale)) return `${decimal(money, locale, true)}${chineseName(money.currency, locale)}`
  const symbol = currencyForm(money, locale, 'symbol')
  return PLAIN.test(symbol) ? symbol : currencyForm(money, locale, 'code')
}

/**
 * How is this amount said by a speech engine?
 *
 * As `formatMoney`, but in Chinese without thousands marks, and in both without a bare `.00`:
 * `1250元`, `$125`.
 */
export function speakMoney(money: Money, locale: string): string {
  if (isChinese(locale)) {
    const digits = Number(money.amount.split('.')[1] ?? 0) === 0 ? money.amount.split('.')[0] as string : money.amount
    return `${digits}${chineseName(money.currency, locale)}`
  }
  return formatMoney(money, locale).replace(/[.,]0+(?=\D*$)/, (zeros) => (CURRENCY_EXPONENTS.get(money.currency) === zeros.length - 1 ? '' : zeros))
}

const isChinese = (locale: string): boolean => /^zh\b/i.test(locale)

function chineseName(currency: string, locale: string): string {
  if (currency === 'CNY') return '元'
  return new Intl.DisplayNames([locale], { type: 'currency' }).of(currency) ?? currency
}

function decimal(money: Money, locale: string, grouping: boolean): string {
  return formatWith(locale, money, { useGrouping: grouping })
}

function currencyForm(money: Money, locale: string, display: 'symbol' | 'code'): string {
  return formatWith(locale, money, { style: 'currency', currency: money.currency, currencyDisplay: display })
}

function formatWith(locale: string, money: Money, options: Intl.NumberFormatOptions): string {
  const digits = CURRENCY_EXPONENTS.get(money.currency) ?? 2
  const key = `${locale}|${digits}|${JSON.stringify(options)}`
  let format = formats.get(key)
  if (format === undefined) {
    // Digits from ISO 4217, not from Intl: CLDR rounds some currencies (IQD, LBP) that debts are still stated in.
    format = new Intl.NumberFormat(locale, { ...options, numberingSystem: 'latn', minimumFractionDigits: digits, maximumFractionDigits: digits })
    formats.set(key, format)
  }
  return format.format(money.amount as Intl.StringNumericLiteral).replace(/[\u00a0\u202f]/g, ' ').replace(/[\u200e\u200f\u061c]/g, '')
}
