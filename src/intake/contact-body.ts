import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { CONTACT_OUTCOMES, DIRECTIONS } from '../model/contact.ts'
import { MODES } from '../model/kind.ts'
import { line, upstreamId, word } from './text-fields.ts'
import { instant } from './time-fields.ts'

/** Who was on the other end. */
export const PARTIES = ['recipient', 'third-party', 'unknown'] as const

/** `POST /v1/contacts`: a contact made elsewhere, by an agent, an agency or the borrower. */
export const contactBody = z.strictObject({
  id: upstreamId,
  creditor: word.optional(),
  recipientId: upstreamId,
  accountIds: z.array(upstreamId).max(50).default([]).describe('Empty: it counts for every account.'),
  at: instant,
  channel: z.enum(CHANNELS),
  direction: z.enum(DIRECTIONS).default('outbound'),
  mode: z.enum(MODES).default('agent'),
  outcome: z.enum(CONTACT_OUTCOMES),
  party: z.enum(PARTIES).nullish(),
  by: word.default('agent').describe('Which desk or agency; never a person\'s name.'),
  address: line(254).nullish(),
})
export type ContactBody = z.output<typeof contactBody>
