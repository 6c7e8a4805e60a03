import { z } from 'zod'
import { OBJECTION_CODES, VERDICTS } from './decision.ts'
import { COUNT_KEYS, COUNT_UNITS } from './pack-parts.ts'
import { CONTENT_BLOCKS } from './template.ts'
import {
  ACCOUNT_STATES,
  ADDRESS_ORIGINS,
  CHANNELS,
  CONTACT_OUTCOMES,
  DIRECTIONS,
  EVENT_TYPES,
  HOLD_KINDS,
  MODES,
  RELATIONS,
  SUPPRESSION_REASONS,
  SUPPRESSION_SCOPES,
} from './vocabulary.ts'

/** How one rule was evaluated. `silent`: it was not evaluated, or lacked the facts it needs. */
const RULE_VERDICTS = ['objects', 'allows', 'silent'] as const

/** Why a rule of an applicable pack was silent. The first group is cured by stating more facts. */
export const SILENCES = [
  'events_not_stated',
  'mode_not_stated',
  'address_kind_not_stated',
  'relation_not_stated',
  'words_not_stated',
  'days_past_due_not_stated',
  'place_not_known',
  'consents_not_stated',
  'address_origin_not_stated',
  'not_in_force',
  'days_past_due',
  'consent',
  'answers_a_message',
  'other_hours',
  'off',
  'place',
  'channel',
  'mode',
  'kind',
  'tone',
  'role',
  'product',
  'address_kind',
  'nothing_recorded',
] as const
export type Silence = (typeof SILENCES)[number]

/** Silences that end once the missing fact is stated. */
export const NOT_STATED: ReadonlySet<Silence> = new Set<Silence>([
  'events_not_stated',
  'mode_not_stated',
  'address_kind_not_stated',
  'relation_not_stated',
  'words_not_stated',
  'days_past_due_not_stated',
  'place_not_known',
  'consents_not_stated',
  'address_origin_not_stated',
])

/** A consent as one rule evaluated it. `opens`: in force, for this channel and address; it lifts or satisfies the rule. */
export const CONSENT_STATES = ['opens', 'not_yet', 'ended', 'other_channel', 'other_address', 'no_address'] as const

/** What confirms an address: the recipient's own message from it, their consent to its use, a check that it is still theirs. */
export const CONFIRMATIONS = ['message', 'consent', 'check'] as const

/** Kinds of signs of a place: `phone-country` is a prefix that names only the country. Other values are the creditor's own kinds of evidence. */
export const PLACE_SIGNS = ['stated-zone', 'jurisdiction', 'area-code', 'phone-country'] as const

const instant = z.string().describe('An instant in UTC, as RFC 3339 writes it.')
const contact = z.object({
  at: instant,
  channel: z.enum(CHANNELS),
  direction: z.enum(DIRECTIONS),
  outcome: z.enum(CONTACT_OUTCOMES),
  by: z.string().nullable(),
})
const days = z.array(z.int())
const span = z.object({ days: days.optional(), from: z.string(), to: z.string() })
const whatIsCounted = {
  unit: z.enum(COUNT_UNITS),
  key: z.enum(COUNT_KEYS),
  channels: z.array(z.enum(CHANNELS)),
  afterFirstConversation: z.boolean().optional().describe('Nothing counts before the first conversation.'),
  withoutReplies: z.boolean().optional().describe('The same-day answer to the person’s own message does not count.'),
}
const wanted = z.object({ event: z.enum(EVENT_TYPES), kind: z.string().optional() })

/** What a rule was evaluated on: its own numbers, and what it found in the facts. */
const ruleDetailSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('count'),
    of: z.enum(['contacts', 'channels']),
    limit: z.int(),
    ...whatIsCounted,
    mode: z.enum(MODES).nullable(),
    freeUnanswered: z.int().nullable(),
    window: z.object({
      type: z.string(),
      days: z.int().optional(),
      hours: z.int().optional(),
      startsOn: z.int().optional(),
    }),
    subjects: z.array(
      z.object({
        account: z.string().nullable(),
        count: z.int().describe('The rule objects from `limit` on.'),
        counted: z.array(contact),
      }),
    ),
  }),
  z.object({
    kind: z.literal('wait'),
    minutes: z.int().nullable(),
    days: z.int().nullable(),
    ...whatIsCounted,
    counted: z.array(contact.extend({ until: instant })),
  }),
  z.object({
    kind: z.literal('hours'),
    allow: z.array(span).nullable(),
    ban: z.array(span).nullable(),
    closedDays: days,
    calendar: z.string().nullable(),
    zones: z.array(
      z.object({ zone: z.string(), state: z.enum(['open', 'shut', 'holiday', 'unknown']), until: instant.nullable() }),
    ),
  }),
  z.object({
    kind: z.literal('events'),
    wants: wanted.nullable(),
    waitDays: z.int().nullable(),
    waitBusinessDays: z.int().nullable(),
    withinDays: z.int().nullable(),
    withinBusinessDays: z.int().optional(),
    tailDays: z.int().optional().describe('Days that follow a recorded end.'),
    termSince: instant
      .optional()
      .describe('From when the term of what is owed is counted: the first contact, the due date or the event.'),
    since: instant.optional().describe('Only events from then on count: when the account last fell due.'),
    daysPastDue: z.int().nullable(),
    found: z.array(
      z.object({ type: z.string(), kind: z.string().nullable(), at: instant, account: z.string().nullable() }),
    ),
    deadline: instant.nullable(),
  }),
  z.object({
    kind: z.literal('stops'),
    found: z.array(
      z.object({
        scope: z.enum(SUPPRESSION_SCOPES),
        channel: z.enum(CHANNELS).nullable(),
        reason: z.enum(SUPPRESSION_REASONS),
        from: instant.nullable(),
        until: instant.nullable(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('holds'),
    days: z.int().optional().describe('How long the law lets it last where no end is recorded.'),
    tailDays: z.int().optional().describe('Days that follow a recorded end.'),
    found: z.array(
      z.object({
        kind: z.enum(HOLD_KINDS),
        account: z.string().nullable(),
        channel: z.enum(CHANNELS).nullable(),
        from: instant,
        until: instant.nullable(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('words'),
    missing: z.array(z.enum(CONTENT_BLOCKS)),
    tooMuch: z.array(z.enum(CONTENT_BLOCKS)),
  }),
  z.object({
    kind: z.literal('accounts'),
    accounts: z.array(
      z.object({
        account: z.string(),
        state: z.enum(ACCOUNT_STATES),
        asOf: instant.nullable(),
        freshForMs: z.number().nullable(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('blocked'),
    times: z.array(
      z.object({
        days,
        from: z.string(),
        to: z.string(),
        channel: z.enum(CHANNELS).nullable(),
        until: instant.nullable(),
      }),
    ),
  }),
  z.object({ kind: z.literal('relation'), relation: z.enum(RELATIONS).nullable(), lets: z.array(z.enum(RELATIONS)) }),
  z.object({
    kind: z.literal('origin'),
    origin: z.enum(ADDRESS_ORIGINS).nullable().describe('How the address came to be known; null: not stated.'),
    accepted: z.array(z.enum(ADDRESS_ORIGINS)),
    freshDays: z.int().nullable().describe('A confirmation lasts so many local days; null: for good.'),
    confirmed: z.array(z.object({ by: z.enum(CONFIRMATIONS), at: instant, until: instant.nullable() })),
  }),
  z.object({ kind: z.literal('deadline'), at: instant }),
  z.object({ kind: z.literal('because'), because: z.string() }),
])
export type RuleDetail = z.infer<typeof ruleDetailSchema>

const consentWeighedSchema = z.object({
  kind: z.string(),
  channel: z.enum(CHANNELS).nullable(),
  from: instant,
  until: instant.nullable(),
  state: z.enum(CONSENT_STATES),
})
export type ConsentWeighed = z.infer<typeof consentWeighedSchema>

const ruleExplanationSchema = z.object({
  rule: z.string(),
  pack: z.string(),
  version: z.string(),
  citation: z.string(),
  shape: z.string().describe('A rule shape, or `promise` for the product’s own promises.'),
  verified: z
    .enum(['text', 'secondary', 'no'])
    .nullable()
    .describe('What was read of the rule; null for the product’s own promises.'),
  reading: z
    .string()
    .nullable()
    .describe('Where the text is vague: the reading that was chosen, in the words of the pack.'),
  force: z.enum(['hard', 'presumption', 'soft']),
  verdict: z.enum(RULE_VERDICTS),
  code: z.enum(OBJECTION_CODES).nullable(),
  until: instant
    .nullable()
    .describe('When an objection ends, or until when the rule lets it pass; null: not known, none foreseen.'),
  silentBecause: z.enum(SILENCES).nullable(),
  detail: ruleDetailSchema.nullable(),
  asksConsent: z.array(z.string()).describe('Kinds of consent that would lift or satisfy it.'),
  consents: z.array(consentWeighedSchema),
})
export type RuleExplanation = z.infer<typeof ruleExplanationSchema>

const placeSignSchema = z.object({
  sign: z.string(),
  place: z.string().nullable(),
  zone: z.string().nullable(),
  at: instant.nullable().describe('When it was stated, if that is known.'),
})
export type PlaceSign = z.infer<typeof placeSignSchema>

/**
 * Why a decision came out as it did: what each rule was evaluated on, and its result.
 *
 * Made from the same facts by the same rules as the decision itself; objections come first, in the decision's order.
 */
export const decisionExplanationSchema = z
  .object({
    verdict: z.enum(VERDICTS),
    until: instant.nullable(),
    at: instant,
    located: z.boolean(),
    places: z.array(z.string()),
    zones: z.array(z.object({ zone: z.string(), evidence: z.array(placeSignSchema) })),
    eventsStated: z.boolean(),
    rules: z.array(ruleExplanationSchema),
    packsLeftOut: z
      .array(z.object({ id: z.string(), version: z.string(), because: z.enum(SILENCES) }))
      .describe('Packs of these places that do not apply.'),
  })
  .meta({ id: 'DecisionExplanation' })
export type DecisionExplanation = z.infer<typeof decisionExplanationSchema>
