import { DecorumError, type ErrorCode } from '../model/errors.ts'

/** Fastify's own refusals, by their code. */
const BY_FASTIFY_CODE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['DECORUM_BODY_TOO_LARGE', 'the body is larger than this deployment takes'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['DECORUM_UNSUPPORTED_MEDIA_TYPE', 'the Content-Type is not one that this address takes'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['DECORUM_MALFORMED_JSON', 'the body is empty'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['DECORUM_MALFORMED_JSON', 'the body is not JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['DECORUM_BAD_INPUT', 'the body is not as long as Content-Length says'],
  FST_ERR_BAD_URL: ['DECORUM_BAD_INPUT', 'the address is not valid percent-encoding'],
}

/** pg's and node's signs that the ledger cannot be reached or has no room now. */
const LEDGER_AWAY = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', '57P01', '57P02', '57P03', '53300', '55P03', '57014',
  '08000', '08001', '08003', '08004', '08006',
])

/** Which error of the registry is this? Whatever is not known is ours: DECORUM_INTERNAL, with the original as its cause. */
export function toDecorumError(thrown: unknown): DecorumError {
  if (thrown instanceof DecorumError) return thrown
  const code = codeOf(thrown)
  const known = BY_FASTIFY_CODE[code]
  if (known !== undefined) return new DecorumError(known[0], known[1], { cause: thrown })
  if (LEDGER_AWAY.has(code) || isPoolTimeout(thrown)) return new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'the ledger does not answer', { cause: thrown })
  if (statusOf(thrown) === 429) return new DecorumError('DECORUM_RATE_LIMITED', 'more requests than this key may make')
  return new DecorumError('DECORUM_INTERNAL', 'unexpected failure', { cause: thrown })
}

/** An AggregateError of refused connections has no code of its own. */
function codeOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return codeOf(thrown.errors[0])
  const code = (thrown as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

const statusOf = (thrown: unknown): unknown => (thrown as { statusCode?: unknown } | null)?.statusCode

const isPoolTimeout = (thrown: unknown): boolean =>
  thrown instanceof Error && /timeout exceeded when trying to connect|Connection terminated/.test(thrown.message)
