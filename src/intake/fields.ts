import { z } from 'zod'
import { parseMoney, signedBalance } from '../model/money.ts'
import { plainText, statedName } from '../model/plain-text.ts'
import { type Instant, isLocalDate, parseInstant } from '../model/time.ts'

// NUL breaks PostgreSQL text, lone surrogates break UTF-8, other controls break mail headers, CSV and speech.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/
const CONTROLS_BUT_LINES = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/
const LONE_SURROGATE = /\p{Surrogate}/u
const PRINTABLE_ID = /^(?! )(?:[^\p{C}\p{Z}]| ){1,128}(?<! )$/u

/** Stated in a request as in a decide case: more of one person are refused. */
export const MOST_SIGNS_OF_PLACE = 50
export const MOST_BLOCKED_TIMES = 50
export const MOST_CONSENTS = 50
/** Accounts that one message, contact or call can be about. */
export const MOST_ACCOUNTS = 50

/** Nothing else is looked at in a text that is too long. */
const tooLong = (max: number) => ({ error: `is longer than ${max} characters`, abort: true })
const wellFormed = { error: 'holds half of a surrogate pair, which is not a character' }
const noControls = { error: 'holds a control character' }

/** One line of text, 1 to `max` UTF-16 units, without control characters and lone surrogates; NFC, and without invisible characters. */
export const line = (max: number) =>
  z
    .string()
    .max(max, tooLong(max))
    .overwrite(plainText)
    .min(1, 'is empty')
    .refine((text) => !LONE_SURROGATE.test(text), wellFormed)
    .refine((text) => !CONTROLS.test(text), noControls)

/** A person's name as stated; `statedName` interprets it. */
export const nameText = z
  .string()
  .max(200, tooLong(200))
  .min(1, 'is empty')
  .refine((text) => !LONE_SURROGATE.test(text), wellFormed)
  .refine((text) => !CONTROLS.test(text), noControls)

/** Free text of several lines, for notes; kept in the vault. */
export const note = z
  .string()
  .max(4000, tooLong(4000))
  .overwrite(plainText)
  .min(1, 'is empty')
  .refine((text) => !LONE_SURROGATE.test(text), wellFormed)
  .refine((text) => !CONTROLS_BUT_LINES.test(text), noControls)
  .describe('Free text; stored encrypted.')

/** An upstream system's own id: 1 to 128 printable characters, no space at either end. */
export const upstreamId = z.string().regex(PRINTABLE_ID, 'is not an id of 1 to 128 printable characters')

/** An id that configuration defines: creditor, product, ladder, template, risk band. */
export const configId = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u, 'is not a word of 1 to 64 letters, digits, dots, hyphens')

/** Names and short values that a template may speak. Values are text, so that nothing is reformatted. */
export const variables = z
  .record(z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'is not a variable name'), line(500))
  .refine((map) => Object.keys(map).length <= 50, 'has more than 50 variables')
  .overwrite(withNamesAsMeant)

/** Variables that are parts of the person's name; read as the name is. */
const NAME_PARTS = ['givenName', 'familyName', 'honorific'] as const

/** `O&#39;Brien` as it is meant. What is no name, or no name alone, stays as it is: the words leave it out, or are not sent. */
function withNamesAsMeant(map: Record<string, string>): Record<string, string> {
  if (!NAME_PARTS.some((part) => map[part]?.includes('&') === true)) return map
  const meant = { ...map }
  for (const part of NAME_PARTS) {
    const name = meant[part] === undefined ? null : statedName(meant[part])
    if (name?.ok === true) meant[part] = name.name
  }
  return meant
}

/** RFC 3339 with an offset → milliseconds. Years before 1970 and after 2199 are taken for slips. */
export const instant = z
  .string()
  .transform((text, ctx): Instant => {
    const value = parseInstant(text)
    if (value !== null && value >= 0 && value < Date.UTC(2200, 0, 1)) return value
    ctx.addIssue({
      code: 'custom',
      message: 'is not an instant with an offset',
      params: { cure: 'Write it like "2026-11-23T15:00:00Z" or "2026-11-23T23:00:00+08:00".' },
    })
    return z.NEVER
  })
  .describe('RFC 3339 with an offset, e.g. 2026-11-23T15:00:00Z')

/** A real calendar day, `YYYY-MM-DD`. */
export const localDateField = z
  .string()
  .refine((text) => isLocalDate(text) && text >= '1970-01-01' && text < '2200', {
    error: 'is not a calendar day',
    params: { cure: 'Write it like "2026-11-23".' },
  })
  .describe('YYYY-MM-DD')

/** `HH:MM` of a day. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day (HH:MM)')

/** An amount whose currency may be left to the account's. */
export interface StatedAmount {
  amount: string
  /** Null: the account's own. */
  currency: string | null
}

const stated = z.union(
  [z.string().max(32, 'is longer than 32 characters'), z.strictObject({ amount: z.string(), currency: z.string() })],
  {
    error: 'is neither an amount as text nor {amount, currency}',
  },
)

function exactly(
  stated: string | { amount: string; currency: string },
  read: (amount: string) => string,
  ctx: z.RefinementCtx,
): StatedAmount {
  if (typeof stated === 'string') return { amount: read(stated), currency: null }
  const parsed = parseMoney(read(stated.amount), stated.currency, { negative: true, zero: true })
  if (parsed.ok) return parsed.money
  ctx.addIssue({ code: 'custom', path: [parsed.part], message: parsed.problem, params: { cure: parsed.cure } })
  return z.NEVER
}

/** `{amount, currency}`, or the amount alone in the currency of the account. */
export const amount = stated
  .transform((stated, ctx) => exactly(stated, (amount) => amount, ctx))
  .meta({ description: 'An exact amount: "1250.00", or with its currency {"amount": "1250.00", "currency": "CNY"}' })

/** The same of a balance, which is below zero when more was paid than was owed: `-5.00`, `(5.00)` or `5.00-`. */
export const balance = stated
  .transform((stated, ctx) => exactly(stated, (amount) => signedBalance(amount) as string, ctx))
  .meta({
    description:
      'An exact balance: "1250.00", or with its currency {"amount": "1250.00", "currency": "CNY"}; "-5.00", "(5.00)" and "5.00-": more was paid than was owed',
  })
