import { z } from 'zod'

/** The `Idempotency-Key` header of a request that must not be done twice. */
export const idempotencyHeaders = z.looseObject({
  'idempotency-key': z.string().regex(/^[\x21-\x7e]{1,255}$/, 'is not 1 to 255 visible ASCII characters').optional()
    .describe('The same key and body give the same answer; the same key with another body is refused.'),
})
