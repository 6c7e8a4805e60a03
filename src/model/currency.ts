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
 * ISO 4217 list one, without metals, funds codes that are not money, and test codes. BGN stays
 * although Bulgaria now uses the euro: debts in it are still being paid.
 */
export const CURRENCY_EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...NO_MINOR_UNIT.map((c) => [c, 0] as const),
  ...TWO_DIGITS.map((c) => [c, 2] as const),
  ...THREE_DIGITS.map((c) => [c, 3] as const),
  ...FOUR_DIGITS.map((c) => [c, 4] as const),
])
