import { z } from 'zod'
import { canonicalNumber } from '../model/address-rules.ts'
import { jurisdictionPath } from '../model/pack-parts.ts'
import {
  CHANNELS,
  CONTACT_OUTCOMES,
  DIRECTIONS,
  HOLD_KINDS,
  KINDS,
  MODES,
  SUPPRESSION_REASONS,
  SUPPRESSION_SCOPES,
  SWITCH_STATES,
  TONES,
} from '../model/vocabulary.ts'
import { parseEmail, parsePhone } from './address.ts'
import {
  amount,
  balance,
  configId,
  instant,
  line,
  localDateField,
  MOST_ACCOUNTS,
  note,
  upstreamId,
  variables,
} from './fields.ts'

/** Who was on the other end. */
const PARTIES = ['recipient', 'third-party', 'unknown'] as const

/** `POST /v1/contacts`: a contact made elsewhere, by an agent, an agency or the borrower. */
export const contactBody = z.strictObject({
  id: upstreamId,
  creditor: configId.optional(),
  recipientId: upstreamId,
  accountIds: z.array(upstreamId).max(MOST_ACCOUNTS).default([]).describe('Empty: it counts for every account.'),
  at: instant,
  channel: z.enum(CHANNELS),
  direction: z.enum(DIRECTIONS).default('outbound'),
  mode: z.enum(MODES).default('agent'),
  outcome: z.enum(CONTACT_OUTCOMES),
  party: z.enum(PARTIES).nullish(),
  by: configId.default('agent').describe("Which desk or agency; never a person's name."),
  address: line(254).nullish(),
})
export type ContactBody = z.output<typeof contactBody>

/** Outcomes of a manual task. `handed-off` and `kept` answer a proposed hand-off; `read`: a reply was read and needs nothing more. */
export const TASK_OUTCOMES = [
  'contacted',
  'promise',
  'dispute',
  'hardship',
  'complaint',
  'wrong-number',
  'third-party',
  'no-answer',
  'voicemail',
  'not-done',
  'handed-off',
  'kept',
  'read',
] as const
export type TaskOutcome = (typeof TASK_OUTCOMES)[number]

/** `POST /v1/tasks/{id}:complete`. */
export const taskCompletion = z
  .strictObject({
    outcome: z.enum(TASK_OUTCOMES),
    at: instant.nullish().describe('When it happened; absent: now.'),
    channel: z.enum(CHANNELS).default('phone'),
    address: line(254).nullish().describe('The number or mailbox that was used.'),
    promise: z.strictObject({ date: localDateField, amount: amount.optional() }).optional(),
    note: note.nullish(),
  })
  .refine((body) => (body.outcome === 'promise') === (body.promise !== undefined), {
    path: ['promise'],
    error: 'belongs to the outcome promise, and to it alone',
    params: { cure: 'State promise.date with the outcome promise.' },
  })
export type TaskCompletion = z.output<typeof taskCompletion>

/** `POST /v1/holds`: a hold of one account, or of all accounts of a recipient. */
export const holdBody = z
  .strictObject({
    creditor: configId.optional(),
    accountId: upstreamId.optional(),
    recipientId: upstreamId.optional(),
    kind: z.enum(HOLD_KINDS).default('manual'),
    from: instant.nullish().describe('Absent: now.'),
    until: instant.nullish().describe('Absent: until somebody ends it.'),
    reason: line(200).nullish(),
  })
  .refine((body) => (body.accountId === undefined) !== (body.recipientId === undefined), {
    path: ['accountId'],
    error: 'either an account or a person is held',
    params: { cure: 'State accountId or recipientId, not both.' },
  })
  .refine((body) => body.until == null || body.from == null || body.until > body.from, {
    path: ['until'],
    error: 'is not after from',
  })
export type HoldBody = z.output<typeof holdBody>

/** `POST /v1/holds/{id}:end`. */
export const holdEndBody = z.strictObject({ reason: line(200) })
export type HoldEndBody = z.output<typeof holdEndBody>

/** `POST /v1/suppressions`: of one address, one channel of a recipient, or the recipient. */
export const suppressionBody = z
  .strictObject({
    creditor: configId.optional(),
    scope: z.enum(SUPPRESSION_SCOPES),
    recipientId: upstreamId.optional(),
    value: line(254).optional().describe('The number (+…) or mailbox, for scope address.'),
    channel: z.enum(CHANNELS).nullish(),
    reason: z.enum(SUPPRESSION_REASONS),
    source: configId.default('api'),
    from: instant.nullish().describe('Absent: from when it is reported.'),
    until: instant.nullish(),
  })
  .transform((body, ctx) => {
    const fault = (path: string, message: string, cure: string) =>
      ctx.addIssue({ code: 'custom', path: [path], message, params: { cure } })
    if (body.scope !== 'address') {
      if (body.recipientId === undefined)
        fault('recipientId', 'is missing', `Scope ${body.scope} stops a person: name the person.`)
      if (body.scope === 'channel' && body.channel == null)
        fault('channel', 'is missing', 'Name the channel that stops.')
      if (body.value !== undefined) fault('value', 'belongs to scope address', 'Use scope address, or leave it out.')
      return body
    }
    if (body.value === undefined) {
      fault('value', 'is missing', 'Scope address stops one number or mailbox: state it.')
      return body
    }
    const parsed = body.value.includes('@') ? parseEmail(body.value) : parsePhone(numberInForce(body.value), null)
    if (!parsed.ok) fault('value', parsed.problem, parsed.cure)
    return parsed.ok ? { ...body, value: parsed.value } : body
  })
export type SuppressionBody = z.output<typeof suppressionBody>

/** The current form of a number: suppressions may state it as a provider reported it. */
function numberInForce(value: string): string {
  const digits = value.replaceAll(/[\s().-]/g, '')
  const now = canonicalNumber(digits)
  return now === digits ? value : now
}

/** `POST /v1/suppressions/{id}:lift`. */
export const liftBody = z.strictObject({ reason: line(200) })
export type LiftBody = z.output<typeof liftBody>

/** `POST /v1/reminders`: one message asked for directly. */
export const reminderBody = z.strictObject({
  accountId: upstreamId,
  creditor: configId.optional(),
  template: configId,
  tone: z.enum(TONES),
  kind: z.enum(KINDS).default('reminder'),
  channels: z
    .array(z.enum(CHANNELS))
    .min(1)
    .max(3)
    .refine((list) => new Set(list).size === list.length, 'names a channel twice')
    .describe('In order of preference: the first is tried, the others follow when it fails.'),
  notBefore: instant.nullish().describe('Absent: now.'),
  expiresAt: instant.nullish().describe('Absent: 72 hours after it may first go out.'),
  variables: variables.default({}),
})
export type ReminderBody = z.output<typeof reminderBody>

/** `POST /v1/permits`: another dialler or an agency asks before it calls. */
export const permitBody = z.strictObject({
  creditor: configId.optional(),
  recipientId: upstreamId,
  accountIds: z
    .array(upstreamId)
    .min(1, 'is empty; a call is about at least one account')
    .max(MOST_ACCOUNTS)
    .refine((ids) => new Set(ids).size === ids.length, 'names an account twice'),
  address: line(254).describe("The number that is to be called: one of the recipient's own."),
  mode: z.enum(MODES).default('agent'),
  tone: z.enum(TONES).default('neutral'),
  kind: z.enum(KINDS).default('reminder'),
  by: configId
    .refine((by) => by !== 'decorum', 'is our own name; name the dialler, desk or agency')
    .describe("Which dialler, desk or agency; never a person's name."),
})
export type PermitBody = z.output<typeof permitBody>

/** Outcomes of a permitted call. `not-placed`: no call was made, and the permit no longer counts in caps. */
const PERMIT_OUTCOMES = ['no-answer', 'voicemail', 'conversation', 'failed', 'not-placed'] as const

/** `POST /v1/permits/{id}:settle`. */
export const permitSettlement = z.strictObject({
  outcome: z.enum(PERMIT_OUTCOMES),
  at: instant.nullish().describe('When the call began; absent: when the permit was given.'),
  party: z.enum(PARTIES).nullish(),
})
export type PermitSettlement = z.output<typeof permitSettlement>

/** What a switch covers: everything that matches each dimension it names. */
const switchScope = z.strictObject({
  creditor: configId.optional(),
  product: configId.optional(),
  jurisdiction: jurisdictionPath.optional().describe('Covers the places below it too: US covers US-NY.'),
  channel: z.enum(CHANNELS).optional(),
  route: configId.optional(),
  template: configId.optional(),
  ladder: configId.optional(),
  rung: configId.optional(),
})

/** `POST /v1/switches`. */
export const switchBody = z
  .strictObject({
    scope: switchScope.describe('{} covers everything.'),
    state: z
      .enum(SWITCH_STATES)
      .describe(
        'stopped: each reminder is refused until it is lifted. paused: nothing new is queued, everything waits. draining: what is queued goes out, nothing new. slowed: everything goes out at most at `share` percent of its route’s rate.',
      ),
    share: z
      .int()
      .min(1, 'must be from 1 to 99')
      .max(99, 'must be from 1 to 99')
      .optional()
      .describe('slowed only, and needed there: percent of the route’s rate.'),
    reason: line(200),
  })
  .refine(({ state, share }) => (state === 'slowed') === (share !== undefined), {
    path: ['share'],
    error: 'belongs to the state slowed, which needs it: percent of the route’s rate, 1 to 99',
  })
export type SwitchBody = z.output<typeof switchBody>

/** `POST /v1/switches/{id}:lift`. */
export const switchLift = z.strictObject({ reason: line(200) })
export type SwitchLift = z.output<typeof switchLift>

/**
 * `POST /v1/doubts/{reminderId}/{attemptNo}:resolve`: an operator's answer about an attempt in doubt.
 *
 * `accept`: the provider had it. `reject`: it surely did not go out, and the reminder is decided again. `leave`: looked into, and still not known.
 */
export const doubtResolution = z.strictObject({
  as: z.enum(['accept', 'reject', 'leave']),
  reason: line(200).describe("What it is known from, e.g. the provider's ticket; stays on the record."),
})
export type DoubtResolution = z.output<typeof doubtResolution>

const shared = {
  id: upstreamId.describe('Unique for the life of the debt; the same id with another body is a conflict.'),
  creditor: configId.optional(),
  occurredAt: instant.describe('When it happened; not later than now.'),
  effectiveAt: instant
    .optional()
    .describe(
      'Absent: when it occurred. Later than now only for what may be announced: payment-pending, due-date-changed, hardship, legal-action, charge-off, hand-off, withdrawn.',
    ),
  note: note.nullish(),
}
const reason = line(200).nullish()
const reference = line(64).nullish().describe('A case, complaint or matter number.')
const currency = z.string().max(8).optional().describe("Absent: the account's.")

const event = <T extends string, F extends z.ZodRawShape>(type: T, fields: F) =>
  z.strictObject({ ...shared, type: z.literal(type), ...fields })

/** The balance after it, if upstream states it; it counts regardless of its date. Without it, the amount counts if dated after the last snapshot. */
const after = { overdue: balance.optional(), dueDate: localDateField.nullish(), nextDueDate: localDateField.nullish() }

/** Each kind of event and what it carries; `POST /v1/accounts/{id}/events`. */
const EVENTS = [
  event('payment', { amount, currency, ...after }),
  event('payment-pending', { amount: amount.optional(), currency, until: instant.nullish() }),
  event('payment-failed', { reason }),
  event('payment-reversed', {
    paymentId: upstreamId
      .optional()
      .describe('The event id of the payment; one that is not reported yet is waited for.'),
    amount: amount.optional(),
    currency,
    reason,
    ...after,
  }),
  event('adjustment', { amount: amount.optional(), currency, reason, ...after }),
  event('settled', { reason }),
  event('due-date-changed', { dueDate: localDateField, nextDueDate: localDateField.nullish(), reason }),
  event('promise', { amount: amount.optional(), currency, date: localDateField }),
  event('promise-cancelled', { reason }),
  event('dispute', { reason, reference }),
  event('dispute-resolved', { reason, reference }),
  event('hardship', { until: instant.nullish(), reason }),
  event('complaint', { reason, reference }),
  event('complaint-closed', { reason, reference }),
  event('bankruptcy', { reference }),
  event('deceased', {}),
  event('attorney', { reference }),
  event('legal-action', { until: instant.nullish(), reference }),
  event('identity-fraud', { reference }),
  event('notice', { kind: configId, via: z.enum([...CHANNELS, 'post', 'portal', 'in-person']), sentAt: instant }),
  event('charge-off', { reason }),
  event('hand-off', { to: line(200).nullish(), reason }),
  event('recall', { reason }),
  event('withdrawn', { reason }),
  event('resume', { reason }),
] as const

export const eventBody = z.discriminatedUnion('type', EVENTS)
export type EventBody = z.output<typeof eventBody>

/** One line of `POST /v1/events:import`: an event and its account. */
export const eventLine = z.discriminatedUnion(
  'type',
  EVENTS.map((e) => e.extend({ accountId: upstreamId })) as unknown as typeof EVENTS,
)
export type EventLine = EventBody & { accountId: string }
