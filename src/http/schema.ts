import type { FastifySchemaCompiler } from 'fastify'
import { createSerializerCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { configId, upstreamId } from '../intake/fields.ts'
import { parse } from '../intake/parse.ts'
import { DecorumError } from '../model/errors.ts'
import { MOST_FAULTS } from '../model/faults.ts'
import type { Api } from './openapi.ts'
import { problemSchema } from './problems.ts'

/** Query parameters of every list. */
export const paging = {
  cursor: z.string().min(1).max(1000).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('How many at most; 50 when absent.'),
}

/** Restricts a list to one creditor; without effect for keys that are bound to one. */
export const creditor = configId.optional().describe('For keys of every creditor: which one.')

/** Restricts a list to an account or a recipient, by the creditor's own id. */
export const ownerQuery = {
  creditor,
  accountId: upstreamId.optional(),
  recipientId: upstreamId.optional(),
}

/** `true` or `false` in a query. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/** `{id}` given by the creditor. */
export const upstreamPath = z.strictObject({ id: upstreamId })

/** `{id}` given by Decorum. */
export const ownPath = z.strictObject({ id: z.guid('is not an id of ours') })

const problem = {
  description: 'Why not, and what to do.',
  content: { 'application/problem+json': { schema: problemSchema } },
} as const

/** The answers of a route in its schema: this one, or a problem. */
export const answers = <S extends 200 | 201 | 202, T extends z.ZodType>(status: S, body: T) =>
  ({ [status]: body, '4xx': problem, '5xx': problem }) as Record<S, T> & {
    '4xx': typeof problem
    '5xx': typeof problem
  }

/** The same for a route that answers 201 the first time and 200 to a repetition. */
export const answersOnceOrAgain = <T extends z.ZodType>(body: T) => ({
  200: body,
  201: body,
  '4xx': problem,
  '5xx': problem,
})

/** The `Idempotency-Key` header of a request that must not be done twice. */
export const idempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'is not 1 to 255 visible ASCII characters')
    .optional()
    .describe('The same key and body give the same answer; the same key with another body is refused.'),
})

/** @throws DECORUM_NOT_FOUND when null, also for another creditor's: its existence is not disclosed */
export function found<T>(thing: T | null, what: string): T {
  if (thing === null) throw new DecorumError('DECORUM_NOT_FOUND', `there is no such ${what}`)
  return thing
}

/** The prefix of a fault's path, for each part of a request but the body. */
const PARTS: Readonly<Record<string, string>> = { params: 'path.', querystring: 'query.', headers: 'headers.' }

const compileValidator: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) => {
  // Routes of plugins have JSON schemas.
  if (!(schema instanceof z.ZodType)) return (value) => ({ value })
  return (value) => {
    const parsed = parse(schema, value)
    if (parsed.ok) return { value: parsed.value }
    const prefix = PARTS[httpPart ?? ''] ?? ''
    const faults = parsed.faults.map((fault) => ({
      ...fault,
      path: fault.path === '' ? (prefix === '' ? 'body' : prefix.slice(0, -1)) : prefix + fault.path,
    }))
    const places = faults.map((fault) => fault.path)
    return {
      error: new DecorumError('DECORUM_BAD_INPUT', `${faultCount(faults.length)}: ${places.slice(0, 5).join(', ')}`, {
        faults,
      }),
    }
  }
}

const faultCount = (told: number): string =>
  told === 1 ? 'one fault' : told < MOST_FAULTS ? `${told} faults` : `${told} faults or more`

/** Parses requests by their zod schemas, with faults by path, and serializes answers by theirs. */
export function validateWithZod(api: Api): void {
  const compileZod = createSerializerCompiler()
  api.setValidatorCompiler(compileValidator)
  api.setSerializerCompiler((route) =>
    (route.schema as unknown) instanceof z.ZodType
      ? compileZod(route as Parameters<typeof compileZod>[0])
      : (data) => JSON.stringify(data),
  )
}
