import { z } from 'zod'
import { KINDS, MODES } from '../model/kind.ts'
import { TONES } from '../model/tone.ts'
import { PARTIES } from './contact-body.ts'
import { line, upstreamId, word } from './text-fields.ts'
import { instant } from './time-fields.ts'

/** `POST /v1/permits`: somebody else's dialler or an agency asks before it calls. */
export const permitBody = z.strictObject({
  creditor: word.optional(),
  recipientId: upstreamId,
  accountIds: z.array(upstreamId).min(1, 'is empty; a call is about at least one account').max(50)
    .refine((ids) => new Set(ids).size === ids.length, 'names an account twice'),
  address: line(254).describe('The number that is to be called: one of the recipient\'s own.'),
  mode: z.enum(MODES).default('agent'),
  tone: z.enum(TONES).default('neutral'),
  kind: z.enum(KINDS).default('reminder'),
  by: word.refine((by) => by !== 'decorum', 'is our own name; name the dialler, desk or agency').describe('Which dialler, desk or agency; never a person\'s name.'),
})
export type PermitBody = z.output<typeof permitBody>

/** What came of a permitted call. `not-placed`: surely nobody was called, and the permit's place in the caps is given back. */
export const PERMIT_OUTCOMES = ['no-answer', 'voicemail', 'conversation', 'failed', 'not-placed'] as const

/** `POST /v1/permits/{id}:settle`. */
export const permitSettlement = z.strictObject({
  outcome: z.enum(PERMIT_OUTCOMES),
  at: instant.nullish().describe('When the call began; absent: when the permit was given.'),
  party: z.enum(PARTIES).nullish(),
})
export type PermitSettlement = z.output<typeof permitSettlement>
