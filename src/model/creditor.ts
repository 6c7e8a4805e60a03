import { z } from 'zod'
import { parseDuration } from './time.ts'
import { parseMoney, toMinor } from './money.ts'
import { ROLES } from './vocabulary.ts'
import { creditorWordsSchema } from './template-facts.ts'
import { timeZoneSchema } from './zones/zone-names.ts'

const duration = z.string().transform((text, ctx) => {
  const ms = parseDuration(text)
  if (ms === null) ctx.addIssue({ code: 'custom', message: 'is not a duration such as 90s, 30m, 20h or 3d' })
  return ms ?? z.NEVER
})

const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day such as 06:00')

/** Amounts by currency, `{ CNY: "10.00" }`, in minor units once parsed. */
const tolerance = z
  .record(z.string(), z.string())
  .default({})
  .transform((amounts, ctx) => {
    const minor: Record<string, bigint> = {}
    for (const [currency, amount] of Object.entries(amounts)) {
      const parsed = parseMoney(amount, currency)
      if (parsed.ok) minor[currency] = toMinor(parsed.money)
      else ctx.addIssue({ code: 'custom', path: [currency], message: `${parsed.part} ${parsed.problem}` })
    }
    return minor
  })

/** `config/creditors/<id>.yaml`: a business in whose name reminders are sent. */
export const creditorSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens'),
  /** What messages may say about it. */
  words: creditorWordsSchema,
  /** IANA zone of its bookkeeping: days past due and rung times are counted in it. */
  bookZone: timeZoneSchema,
  /** Local time in `bookZone` by which the day's payments are known; the day's reminders go out after it. */
  bookCutOff: localTime.default('00:00'),
  /** A balance older than this holds every reminder (`stale_balance`); read as milliseconds. */
  freshFor: duration,
  /** For accounts that do not state these. */
  defaults: z
    .strictObject({
      product: z.string().min(1).default('loan'),
      role: z.enum(ROLES).default('original-creditor'),
      ladder: z.string().min(1).default('default'),
      locale: z.string().min(2).default('en'),
      /**
       * ISO 3166-1 or 3166-2: where recipients whose record names no place live, for the choice of a route; null: nowhere that a
       * route names. Rules and hours never assume a place.
       */
      jurisdiction: z
        .string()
        .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'must be ISO 3166, such as US or US-NY')
        .nullish()
        .transform((v) => v ?? null),
    })
    .prefault({}),
  /** Overdue amounts below this are not reminded; minor units by currency. */
  doNotChaseBelow: tolerance,
})
export type Creditor = z.infer<typeof creditorSchema>
