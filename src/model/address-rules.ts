import { domainToASCII } from 'node:url'

/** Argentina's area codes: 11, those of three digits, all others have four (ENACOM, Plan Fundamental de Numeración Nacional). */
const ARGENTINE_AREA =
  '11|2(?:2[013]|3[067]|49|6[01346]|80|9[147-9])|3(?:36|4[1-358]|5[138]|6[24]|7[069]|8[013578])|[23]\\d{3}'

/** Vietnam's mobile codes of three digits and those that replaced them from 2018-09-15 on (Decision 798/QĐ-BTTTT). */
const VIETNAMESE_MOBILES: ReadonlyMap<string, string> = new Map(
  '120:70 121:79 122:77 123:83 124:84 125:85 126:76 127:81 128:78 129:82 162:32 163:33 164:34 165:35 166:36 167:37 168:38 169:39 186:56 188:58 199:59'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
)

/**
 * Forms that a numbering plan has replaced, each with the new one.
 *
 * Only where the plan defines the new number of every old one; elsewhere an old number is refused.
 */
const REPLACED: readonly {
  form: RegExp
  by: string | ((...groups: string[]) => string)
  isNew?: (number: string) => boolean
}[] = [
  // Mexico: one way to dial since 2019-08-03 (IFT); the 1 of mobiles and the prefixes 01, 044, 045 are gone.
  { form: /^\+52(?:1|01|044|045)(\d{10})$/, by: '+52$1' },
  // Brazil: mobiles have a 9 before their eight digits everywhere since 2016-11-06 (Anatel, Resolução 553/2010).
  { form: /^\+55([1-9]\d)([689]\d{7})$/, by: '+55$19$2' },
  // Argentina: from abroad a mobile has 9 before its area code, and loses the 15 that is dialled at home.
  {
    form: new RegExp(`^\\+549?(${ARGENTINE_AREA})15(\\d{6,8})$`),
    by: '+549$1$2',
    isNew: (number) => number.length === 14,
  },
  // Benin: every number has 01 before its eight digits since 2024-11-30 (ARCEP Bénin).
  { form: /^\+229(\d{8})$/, by: '+22901$1' },
  {
    form: /^\+84(12\d|16[2-9]|18[68]|199)(\d{7})$/,
    by: (_, code = '', rest = '') => `+84${VIETNAMESE_MOBILES.get(code) as string}${rest}`,
  },
  // Colombia: landlines have 60 before their area since 2021-09-01 (CRC, Resolución 5826 de 2019).
  { form: /^\+57([124-8][2-8]\d{6})$/, by: '+5760$1' },
]

/**
 * The current form of a number whose country has changed its numbering plan.
 *
 * Files and providers keep using the old form (Twilio's `From` had Mexico's 1 for years). Compare numbers in this form, so
 * that a suppression covers the number that messages go to.
 *
 * @param e164  `+` and digits; other text is returned unchanged
 */
export function canonicalNumber(e164: string): string {
  for (const { form, by, isNew } of REPLACED) {
    if (!form.test(e164)) continue
    const number = e164.replace(form, by as string)
    if (isNew === undefined || isNew(number)) return number
  }
  return e164
}

/** Forms of one number that stand beside the current one: each pattern gives all of them. */
const VARIANTS: readonly { of: RegExp; forms: readonly string[] }[] = [
  { of: /^\+521?(\d{10})$/, forms: ['+52$1', '+521$1'] },
  // Eight digits that begin with 6 to 9 were mobiles; those with 7 have no new number by plan, but may be written with 9.
  { of: /^\+55([1-9]\d)9?([6-9]\d{7})$/, forms: ['+55$19$2', '+55$1$2'] },
  { of: /^\+549?([1-8]\d{9})$/, forms: ['+549$1', '+54$1'] },
  { of: /^\+229(?:01)?(\d{8})$/, forms: ['+22901$1', '+229$1'] },
]

/**
 * In which forms may this number appear in a file or a provider's report? The current one first, each once.
 *
 * Look-ups of a number's holder search for all of them, so that no suppression misses its number by a digit.
 */
export function numberVariants(e164: string): string[] {
  const now = canonicalNumber(e164)
  const others = VARIANTS.filter(({ of }) => of.test(now)).flatMap(({ of, forms }) =>
    forms.map((form) => now.replace(of, form)),
  )
  return [...new Set([now, e164, ...others])]
}

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
/** As written: letters of any script, digits, hyphens and full stops. Refuses what a host parser would cut off, decode or read as a port. */
const DOMAIN_AS_WRITTEN = /^(?:[\p{L}\p{M}\p{N}\u00b7\u0375\u05f3\u05f4\u30fb.\u3002\uff0e\uff61-]|\u200c|\u200d)+$/u
/** In ASCII: at least two labels, the last one not numeric, which excludes IP addresses. */
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/
const MOST_BYTES = 254

/**
 * Is this exactly one mailbox that any relay accepts?
 *
 * The single rule for input and for sending. Stricter than RFC 5321: no quoted local parts and no address literals, which
 * no borrower has; only ASCII before the @, because nodemailer would send other letters raw even to a relay without
 * SMTPUTF8. A line break or group syntax would add recipients that were not decided on. Nothing is cut off to make a valid
 * mailbox: in `ana@example.com/home` the rest shows that the input is wrong.
 *
 * @returns  the mailbox with its domain in lower-case ASCII (IDN as punycode), or null
 */
export function readMailbox(text: string): string | null {
  const at = text.lastIndexOf('@')
  if (at < 1 || at > 64) return null
  const [local, written] = [text.slice(0, at), text.slice(at + 1)]
  if (!LOCAL_PART.test(local) || !DOMAIN_AS_WRITTEN.test(written)) return null
  // domainToASCII returns "" for what it cannot encode.
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

/** Is this an E.164 number, `+` and 7 to 15 digits? It need not be in use. */
export const isE164 = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text)
