import { z } from 'zod'
import { ADDRESS_KINDS, ADDRESS_ORIGINS, RELATIONS } from '../model/address.ts'
import { CHANNELS } from '../model/channel.ts'
import { line, word } from './text-fields.ts'
import { instant } from './time-fields.ts'

/** What a person agreed to, as packs name it: `artificial-voice`, `contact-outside-hours`, … */
export const consentBody = z.strictObject({
  kind: word,
  channel: z.enum(CHANNELS).nullish(),
  from: instant.nullish().describe('Absent: from when it is reported.'),
  until: instant.nullish(),
  source: line(200).nullish(),
})
export type ConsentInput = z.output<typeof consentBody>

/** A number or mailbox. Only the borrower's own (`self`) are ever used. */
export const addressBody = z.strictObject({
  channel: z.enum(CHANNELS),
  value: z.string().max(254, 'is longer than 254 characters').describe('A number or a mailbox; one that is none is left out of the list and reported in `warnings`.'),
  kind: z.enum(ADDRESS_KINDS).nullish(),
  relation: z.enum(RELATIONS).default('self'),
  source: line(200).nullish().describe(`How it came to be known, in words of one's own or as rules read it: ${ADDRESS_ORIGINS.slice(0, -1).join(', ')}.`),
  verifiedAt: instant.nullish().describe('When it was last confirmed to be theirs, e.g. found not to be reassigned.'),
  consents: z.array(consentBody).max(20).default([]),
})
/** `value` is E.164 or a mailbox with a lower-case domain. */
export type AddressInput = z.output<typeof addressBody>
