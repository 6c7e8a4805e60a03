import { z } from 'zod'
import { isE164, senderMailbox } from './address-rules.ts'
import { hostsOf, isLoopbackHost } from './loopback.ts'
import { CHANNELS, ROLES } from './vocabulary.ts'

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/** `baseUrl` redirects every call: to a regional host, a proxy or a test server. */
export const twilioSettingsSchema = z
  .strictObject({
    accountSid: z.string().regex(/^AC[0-9a-zA-Z]{2,64}$/, 'must be an account SID: AC and 32 hexadecimal digits'),
    /** Needed beside an API key too: callbacks are signed with it. */
    authToken: z.string().min(1, 'must not be empty'),
    apiKeySid: z
      .string()
      .regex(/^SK[0-9a-zA-Z]{2,64}$/, 'must be an API key SID: SK and 32 hexadecimal digits')
      .optional(),
    apiKeySecret: z.string().min(1).optional(),
    baseUrl: httpUrl.default('https://api.twilio.com'),
    /** SMS only: a Messaging Service chooses the sender; `from` may then be its MG… SID too. */
    messagingServiceSid: z
      .string()
      .regex(/^MG[0-9a-zA-Z]{2,64}$/, 'must be a Messaging Service SID: MG and 32 hexadecimal digits')
      .optional(),
    /** Voice only: how long it rings, in seconds. Below 30 most voicemail boxes do not pick up. */
    ringSeconds: z.int().min(5).max(600).default(28),
  })
  .refine((s) => (s.apiKeySid === undefined) === (s.apiKeySecret === undefined), {
    path: ['apiKeySecret'],
    error: 'apiKeySid and apiKeySecret belong together',
  })
export type TwilioSettings = z.infer<typeof twilioSettingsSchema>

const UNLESS_LOOPBACK = 'unless-loopback'

export const smtpSettingsSchema = z.strictObject({
  url: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// address' }),
  /** Connections kept open to the relay. */
  pool: z.int().min(1).max(50).default(4),
  /** Refuse to send over a connection that is not encrypted: always, never, or unless the relay is this machine itself. */
  requireTls: z
    .union([z.boolean(), z.enum(['true', 'false', UNLESS_LOOPBACK])], {
      error: `must be true, false or ${UNLESS_LOOPBACK}`,
    })
    .default(UNLESS_LOOPBACK),
  dkim: z
    .strictObject({
      domain: z.string().min(1),
      selector: z.string().min(1),
      /** PEM of the private key. */
      privateKey: z.string().min(1),
    })
    .optional(),
})
export type SmtpSettings = z.infer<typeof smtpSettingsSchema>

/** Is mail kept back when this relay offers no encryption? What comes from a variable is text. */
export const requiresTls = ({ url, requireTls }: SmtpSettings): boolean =>
  requireTls === UNLESS_LOOPBACK ? !hostsOf(url).every(isLoopbackHost) : requireTls === true || requireTls === 'true'

const captureSettingsSchema = z.strictObject({
  /** Chooses the simulated receipts: the same seed gives the same ones. */
  seed: z.int().min(0).default(1),
})
export type CaptureSettings = z.infer<typeof captureSettingsSchema>

const rateSchema = z.strictObject({
  /** Messages a second (SMS: segments a second, as carriers count); below 1 for a slow line. */
  perSecond: z.number().positive().max(100_000),
  /** Phone: calls in flight at once, over all workers. */
  simultaneousCalls: z.int().min(1).optional(),
  /** Segments of the largest message expected; larger ones go out too, and take more time. */
  largestMessage: z.int().min(1).max(24).optional(),
})

/** Which reminders a route may carry; an absent list sets no limit. */
export const servesSchema = z.strictObject({
  /** ISO 3166-1 or 3166-2. */
  jurisdictions: z
    .array(z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'must be ISO 3166, such as US or US-NY'))
    .min(1)
    .optional(),
  creditors: z.array(z.string().min(1)).min(1).optional(),
  products: z.array(z.string().min(1)).min(1).optional(),
  roles: z.array(z.enum(ROLES)).min(1).optional(),
})
const shared = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens'),
  rate: rateSchema,
  serves: servesSchema.default({}),
}

/** Senders other than numbers: a short code, a Messaging Service or an alphanumeric sender (at most 11 characters, one a letter). */
const SMS_SENDER = /^(\d{3,8}|MG[0-9a-zA-Z]{2,64}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/

/**
 * One entry under `routes:` in `config/decorum.yaml`.
 *
 * Strict, with one variant per provider, so that a setting of one provider is an unknown key of another.
 */
export const routeSchema = z.discriminatedUnion('provider', [
  z
    .strictObject({
      ...shared,
      provider: z.literal('twilio'),
      channel: z.enum(['sms', 'phone']),
      from: z.string().min(1),
      settings: twilioSettingsSchema,
    })
    .refine(({ channel, from }) => isE164(from) || (channel === 'sms' && SMS_SENDER.test(from)), {
      path: ['from'],
      error: 'must be a number such as +15005550006 (SMS: also a short code, a sender name or a Messaging Service SID)',
    }),
  z.strictObject({
    ...shared,
    provider: z.literal('smtp'),
    channel: z.literal('email'),
    settings: smtpSettingsSchema,
    from: z
      .string()
      .refine(
        (from) => senderMailbox(from) !== null,
        'must be one mailbox, such as "Northwind Credit <reminders@northwind.example>"',
      ),
  }),
  z.strictObject({
    ...shared,
    provider: z.literal('capture'),
    channel: z.enum(CHANNELS),
    from: z.string().min(1),
    settings: captureSettingsSchema.prefault({}),
  }),
])
export type Route = z.infer<typeof routeSchema>
export type ProviderName = Route['provider']

/**
 * The settings a provider cannot work without. A route with none of them set captures; one with only some is a mistake.
 */
export const CREDENTIALS: Record<ProviderName, readonly string[]> = {
  twilio: ['accountSid', 'authToken'],
  smtp: ['url'],
  capture: [],
}

/** Rate units of the largest message of this route: segments for SMS, 1 otherwise. */
export const largestWeight = (route: Pick<Route, 'channel' | 'rate'>): number =>
  route.channel === 'sms' ? (route.rate.largestMessage ?? 4) : 1
