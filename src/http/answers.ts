import type { z } from 'zod'
import { problemSchema } from './problem.ts'

const problem = { description: 'Why not, and what to do.', content: { 'application/problem+json': { schema: problemSchema } } } as const

/** The answers of one route as its schema lists them: this one when all is well, a problem otherwise. */
export const answers = <S extends 200 | 201 | 202, T extends z.ZodType>(status: S, body: T) =>
  ({ [status]: body, '4xx': problem, '5xx': problem }) as Record<S, T> & { '4xx': typeof problem; '5xx': typeof problem }

/** The same for a route that answers 201 the first time and 200 when nothing was done again. */
export const answersOnceOrAgain = <T extends z.ZodType>(body: T) => ({ 200: body, 201: body, '4xx': problem, '5xx': problem })
