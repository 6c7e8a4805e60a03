import { z } from 'zod'
import { upstreamId, word } from '../intake/text-fields.ts'

/** Every list takes these. */
export const paging = {
  cursor: z.string().min(1).max(1000).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('How many at most; 50 when absent.'),
}

/** Narrows a list to one creditor; for keys that are bound to one it changes nothing. */
export const creditor = word.optional().describe('For keys of every creditor: which one.')

/** Narrows a list to an account or a person, by the creditor's own id. */
export const whose = {
  creditor,
  accountId: upstreamId.optional(),
  recipientId: upstreamId.optional(),
}

/** `true` or `false` in a query. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/** `{id}` of a thing that the creditor named. */
export const upstreamPath = z.strictObject({ id: upstreamId })

/** `{id}` of a thing that we named. */
export const ownPath = z.strictObject({ id: z.guid('is not an id of ours') })
