import { z } from 'zod'
import { canonicalNumber, isE164, readMailbox } from '../model/address-rules.ts'
import { DAY, MINUTE, parseDuration } from '../model/time.ts'
import { webhookSchema } from '../model/webhook.ts'

const slugs = z.array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens'))
const locale = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as zh-CN or en')
const megabytes = (n: number) => n * 1024 * 1024

/** A number in E.164 or a mailbox, as addresses are stored; nothing else can be compared with what is about to be called. */
const reachable = z.string().transform((text, ctx) => {
  const address = isE164(text) ? canonicalNumber(text) : readMailbox(text)
  if (address !== null) return address
  ctx.addIssue({ code: 'custom', message: 'must be a number such as +12125550123 or a mailbox' })
  return z.NEVER
})

/** A list, or one text with commas between: that is how a variable holds a list. */
const onlyTo = z
  .preprocess(
    (v) =>
      typeof v === 'string'
        ? v
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : v,
    z.array(reachable),
  )
  .default([])

const SAME_WORDS_WITHIN = 'must be a duration from 1m to 31d, such as 20h'

const sameWordsWithin = z
  .string()
  .default('20h')
  .transform((text, ctx) => {
    const ms = parseDuration(text)
    if (ms !== null && ms >= MINUTE && ms <= 31 * DAY) return ms
    ctx.addIssue({ code: 'custom', message: SAME_WORDS_WITHIN })
    return z.NEVER
  })

const SHARDS = 'must be a whole number from 1 to 32'
const SKEW = 'must be a whole number of minutes from 0 to 60'

/** `config/decorum.yaml`; routes are checked one by one against their provider's own schema. */
export const settingsSchema = z.strictObject({
  routes: z.array(z.unknown()).min(1, 'names no route; without one nothing can be sent'),
  policies: z
    .strictObject({
      /** Opt-in packs in force beside the ones that always apply. */
      house: slugs.default([]),
      /** House packs that would apply by themselves and are left out here. */
      without: slugs.default([]),
    })
    .prefault({}),
  locales: z
    .strictObject({
      default: locale.default('en'),
      fallback: z.record(locale, z.array(locale)).default({}),
    })
    .prefault({}),
  delivery: z
    .strictObject({
      onlyTo,
      sameWordsWithin,
      /** Countries whose landlines take SMS. */
      smsToLandlines: z.array(z.string().regex(/^[A-Z]{2}$/, 'must be ISO 3166-1 countries, such as GB')).default([]),
    })
    .prefault({}),
  /** Whom upstream has us tell what happened. */
  webhooks: z.array(webhookSchema).default([]),
  queue: z
    .strictObject({
      /** Queues for each route on Redis; null: one, on a cluster four. */
      shards: z.int(SHARDS).min(1, SHARDS).max(32, SHARDS).nullable().default(null),
    })
    .prefault({}),
  /** What `decorum retention` keeps beside what the packs demand; no evidence is deleted by itself. */
  retention: z
    .strictObject({
      /** Not less than decisions look back. */
      keepMonths: z.int().min(3).max(1200).default(36),
      /** Webhook notices that were taken; those given up stay at least 90 days. The sweeper removes them. */
      keepNoticesDays: z.int().min(1).max(3650).default(30),
      legalHold: z.boolean().default(false),
    })
    .prefault({}),
  limits: z
    .strictObject({
      bodyBytes: z.int().min(1024).max(megabytes(64)).default(megabytes(1)),
      importBytes: z.int().min(1024).default(megabytes(1024)),
      requestsPerMinute: z.int().min(1).default(6000),
      /** By how much a sender's clock may be ahead: what is dated later is refused. */
      clockSkewMinutes: z.int(SKEW).min(0, SKEW).max(60, SKEW).default(5),
      poolSize: z.int().min(2).max(200).default(10),
      leaseSeconds: z.int().min(2).max(600).default(90),
      callSeconds: z.int().min(1).max(120).default(35),
      ringAgainSeconds: z.int().min(1).max(600).default(30),
    })
    .refine((limits) => limits.callSeconds * 2 <= limits.leaseSeconds, {
      path: ['callSeconds'],
      error: 'must be at most half of leaseSeconds: a call begins in the first half of its lease and ends within it',
    })
    .prefault({}),
})
export type Settings = z.output<typeof settingsSchema>
