import { z } from 'zod'
import { isJurisdiction, zonesOf } from '../model/places/jurisdiction.ts'
import { CONTENT_BLOCKS } from '../model/template.ts'
import { isLocalDate, parseInstant } from '../model/time.ts'
import {
  ACCOUNT_STATES,
  ADDRESS_KINDS,
  ADDRESS_ORIGINS,
  CHANNELS,
  CONTACT_OUTCOMES,
  DIRECTIONS,
  EVENT_TYPES,
  HOLD_KINDS,
  KINDS,
  MODES,
  RELATIONS,
  ROLES,
  SUPPRESSION_REASONS,
  SUPPRESSION_SCOPES,
  TONES,
} from '../model/vocabulary.ts'
import { timeZoneSchema } from '../model/zones/zone-names.ts'
import { line, MOST_ACCOUNTS, MOST_BLOCKED_TIMES, MOST_CONSENTS, MOST_SIGNS_OF_PLACE } from './fields.ts'
import { hasPostcodeCountry, postcode, POSTCODE_NEEDS_COUNTRY } from './recipient-body.ts'

const instant = z
  .string()
  .refine((text) => parseInstant(text) !== null, 'must be an instant with an offset, as "2026-11-23T15:00:00Z"')
const localDate = z.string().refine(isLocalDate, 'must be a real calendar date, as "2026-10-01"')
const text = line(500)
const jurisdiction = z
  .string()
  .refine(
    (place) => isJurisdiction(place) && zonesOf(place).length > 0,
    'must be an ISO 3166-1 or 3166-2 place, as "US" or "US-NY"',
  )
const wallTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a wall time, as "09:00"')
const wallEnd = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a wall time, as "17:00" or "24:00"')
const address = z.string().min(3, 'must be an E.164 number or a mailbox').max(320)
const accountIds = z.union([text, z.array(text).max(MOST_ACCOUNTS)])
/** A stretch of time that ends before it begins was written the wrong way round. */
const forwards = { message: 'must not be earlier than "from"', path: ['until'] }
const isForwards = ({
  from,
  until,
}: {
  from?: string | null | undefined
  until?: string | null | undefined
}): boolean => from == null || until == null || (parseInstant(until) ?? 0) >= (parseInstant(from) ?? 0)
/** What has happened: rules read all of it, several times. */
const history = <T extends z.ZodType>(item: T) => z.array(item).max(500)

const accountSchema = z.strictObject({
  id: text,
  role: z.enum(ROLES),
  product: text.default('unspecified'),
  dueDate: localDate.nullish(),
  state: z.enum(ACCOUNT_STATES).default('open'),
  daysPastDue: z.int().min(-100_000).max(100_000).nullish(),
  spell: text.nullish(),
  asOf: instant.nullish(),
  freshFor: z.int().min(0).nullish().describe('Milliseconds for which a balance as of `asOf` may be trusted.'),
})

const blocks = z.array(z.enum(CONTENT_BLOCKS)).max(100)
const carries = z
  .strictObject({ message: blocks.default([]), voicemail: blocks.nullish() })
  .describe('What the words carry of what law wants said. Absent: not stated, and rules about words do not speak.')

/** One question to the policy engine, as upstream systems and people write it. */
export const decideCaseSchema = z
  .strictObject({
    now: instant,
    packs: z
      .array(text)
      .max(200)
      .nullish()
      .describe('Exactly these policy packs; absent: every shipped one that applies.'),
    reminder: z.strictObject({
      channel: z.enum(CHANNELS),
      tone: z.enum(TONES).default('neutral'),
      kind: z.enum(KINDS).default('reminder'),
      mode: z.enum(MODES).nullish(),
      expiresAt: instant.nullish(),
      dueAt: instant
        .nullish()
        .describe(
          'When it fell due. On a later local day it is late, and of what is late one goes a day. Absent: never late.',
        ),
      carries: carries.nullish(),
    }),
    address: z
      .strictObject({
        value: address,
        kind: z.enum(ADDRESS_KINDS).nullish(),
        relation: z.enum(RELATIONS).nullish(),
        takesSms: z.boolean().nullish().describe('This landline takes texts. Absent: an SMS to a landline is refused.'),
        source: text
          .nullish()
          .describe(
            `How it came to be known; rules read ${ADDRESS_ORIGINS.slice(0, -1).join(', ')}. Absent: not stated.`,
          ),
        verifiedAt: instant
          .nullish()
          .describe('When it was last confirmed to be theirs, e.g. found not to be reassigned.'),
      })
      .nullish(),
    recipient: z
      .strictObject({
        id: text,
        asOf: instant
          .nullish()
          .describe(
            'When what is stated of them was true; in the future, it is not known. Absent: not later than `now`.',
          ),
        timeZone: timeZoneSchema.nullish(),
        jurisdiction: jurisdiction.nullish(),
        postcode: postcode.nullish(),
        locationEvidence: z
          .array(
            z
              .strictObject({
                kind: text,
                jurisdiction: jurisdiction.nullish(),
                timeZone: timeZoneSchema.nullish(),
                postcode: postcode.nullish(),
                at: instant.nullish(),
              })
              .refine(hasPostcodeCountry, POSTCODE_NEEDS_COUNTRY),
          )
          .max(MOST_SIGNS_OF_PLACE)
          .default([]),
        blockedTimes: z
          .array(
            z
              .strictObject({
                days: z.array(z.int().min(1).max(7)).min(1).max(7).default([1, 2, 3, 4, 5, 6, 7]),
                from: wallTime,
                to: wallEnd,
                channel: z.enum(CHANNELS).nullish(),
                until: instant.nullish(),
              })
              .refine((span) => span.from !== span.to, {
                message: 'must differ from "from"; a whole day is 00:00 to 24:00',
                path: ['to'],
              }),
          )
          .max(MOST_BLOCKED_TIMES)
          .default([]),
      })
      .refine(hasPostcodeCountry, POSTCODE_NEEDS_COUNTRY),
    account: accountSchema.optional(),
    accounts: z
      .array(accountSchema)
      .min(1)
      .max(MOST_ACCOUNTS)
      .optional()
      .describe('When one message speaks of several accounts; then without `account`.'),
    contacts: history(
      z.strictObject({
        at: instant,
        channel: z.enum(CHANNELS),
        direction: z.enum(DIRECTIONS).default('outbound'),
        account: accountIds.nullish(),
        accounts: z.array(text).max(MOST_ACCOUNTS).nullish(),
        address: address.nullish(),
        outcome: z.enum(CONTACT_OUTCOMES),
        by: text.nullish(),
        mode: z.enum(MODES).nullish(),
        party: text.nullish(),
      }),
    ).default([]),
    events: history(
      z.strictObject({ type: z.enum(EVENT_TYPES), kind: text.nullish(), at: instant, account: text.nullish() }),
    ).optional(),
    holds: history(
      z
        .strictObject({
          kind: z.enum(HOLD_KINDS),
          account: text.nullish(),
          channel: z.enum(CHANNELS).nullish().describe('Absent: every channel.'),
          from: instant.nullish(),
          until: instant.nullish(),
        })
        .refine(isForwards, forwards),
    ).default([]),
    suppressions: history(
      z
        .strictObject({
          scope: z.enum(SUPPRESSION_SCOPES),
          channel: z.enum(CHANNELS).nullish(),
          value: address.nullish(),
          reason: z.enum(SUPPRESSION_REASONS),
          from: instant.nullish(),
          until: instant.nullish(),
        })
        .refine((stop) => stop.scope !== 'address' || stop.value != null, {
          message: 'is needed for scope "address"',
          path: ['value'],
        })
        .refine((stop) => stop.scope !== 'channel' || stop.channel != null, {
          message: 'is needed for scope "channel"',
          path: ['channel'],
        })
        .refine(isForwards, forwards),
    ).default([]),
    consents: z
      .array(
        z
          .strictObject({
            kind: text,
            channel: z.enum(CHANNELS).nullish(),
            value: address.nullish(),
            from: instant,
            until: instant.nullish(),
          })
          .refine(isForwards, forwards),
      )
      .max(MOST_CONSENTS)
      .default([]),
  })
  .refine((input) => (input.account === undefined) !== (input.accounts === undefined), {
    message: 'is needed: one `account`, or several `accounts`',
    path: ['account'],
  })

/** The decide contract as JSON Schema (draft 2020-12), for editors and other languages. */
export const decideCaseJsonSchema = z.toJSONSchema(decideCaseSchema, { io: 'input', unrepresentable: 'any' })

/** As much of a case as says which address is used over which channel. */
export const statedAddressSchema = z.object({
  reminder: z.object({ channel: z.enum(CHANNELS) }),
  address: z.object({ value: address }),
})

/** A case that fits the contract, before it becomes facts. */
export type DecideCaseInput = z.infer<typeof decideCaseSchema>
