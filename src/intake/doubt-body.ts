import { z } from 'zod'
import { line } from './text-fields.ts'

/**
 * `POST /v1/doubts/{reminderId}/{attemptNo}:resolve`: what an operator knows about an attempt that may or may not have gone out.
 *
 * `accept`: the provider had it. `reject`: it surely did not go out, and the reminder is decided again. `leave`: looked into, and still not known.
 */
export const doubtResolution = z.strictObject({
  as: z.enum(['accept', 'reject', 'leave']),
  reason: line(200).describe('What it is known from, e.g. the provider\'s ticket; stays on the record.'),
})
export type DoubtResolution = z.output<typeof doubtResolution>
