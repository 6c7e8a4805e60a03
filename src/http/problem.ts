import { z } from 'zod'
import { ERRORS, type DecorumError, type ErrorCode } from '../model/errors.ts'

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]

/** The body of every answer that is not 2xx: RFC 9457, served as application/problem+json. */
export const problemSchema = z.object({
  type: z.string().describe('Where the code is explained; the same for every problem of that code.'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What happened here. Never a name, an address or message text.'),
  code: z.enum(codes).describe('Stable: programs branch on this.'),
  hint: z.string().describe('What to do about it.'),
  faults: z.array(z.object({ path: z.string(), problem: z.string(), cure: z.string().optional() })).describe('Each fault of the input, with its path.'),
  requestId: z.string().describe('Find it in the log with this.'),
}).meta({ id: 'Problem' })
export type Problem = z.infer<typeof problemSchema>

/** `DECORUM_BAD_INPUT` → `Bad input` */
const titleOf = (code: ErrorCode): string => {
  const words = code.slice('DECORUM_'.length).toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What a client is told of an error. Of our own failures (5xx) only the code and the hint, never the message. */
export function problemOf(error: DecorumError, requestId: string): Problem {
  return {
    type: `/docs#${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    detail: error.status >= 500 ? ownFailure(error.code) : error.message,
    code: error.code,
    hint: error.status >= 500 ? ERRORS[error.code].hint : error.hint,
    faults: error.status >= 500 ? [] : error.faults.map((fault) => ({ ...fault })),
    requestId,
  }
}

const ownFailure = (code: ErrorCode): string =>
  code === 'DECORUM_INTERNAL' ? 'Something failed on our side; nothing of this request was half done.' : `${titleOf(code)}; this is on our side.`
