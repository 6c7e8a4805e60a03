import { databaseFailure } from '../model/database-failure.ts'
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

/** Which error of the registry is this? Whatever is not known is ours: DECORUM_INTERNAL, with the original as its cause. */
export function toDecorumError(thrown: unknown): DecorumError {
  if (thrown instanceof DecorumError) return thrown
  const known = BY_FASTIFY_CODE[codeOf(thrown)]
  if (known !== undefined) return new DecorumError(known[0], known[1], { cause: thrown })
  if (databaseFailure(thrown) !== null) return new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'the ledger does not answer', { cause: thrown })
  if (statusOf(thrown) === 429) return new DecorumError('DECORUM_RATE_LIMITED', 'more requests than this key may make')
  return new DecorumError('DECORUM_INTERNAL', 'unexpected failure', { cause: thrown })
}

function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

const statusOf = (thrown: unknown): unknown => (thrown as { statusCode?: unknown } | null)?.statusCode
