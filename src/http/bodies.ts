import { parseJson } from '../intake/parse.ts'
import { DecorumError } from '../model/errors.ts'
import type { Api } from './openapi.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Bodies are strict JSON: UTF-8, no duplicate key; anything else is DECORUM_MALFORMED_JSON with its position. */
export function takeJsonBodies(api: Api): void {
  api.removeAllContentTypeParsers()
  api.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    const parsed = bodyOf(bytes)
    if (parsed instanceof DecorumError) done(parsed)
    else done(null, parsed.value)
  })
}

function bodyOf(bytes: Buffer): { value: unknown } | DecorumError {
  if (bytes.length === 0) return { value: undefined }
  let text: string
  try {
    text = UTF8.decode(bytes)
  } catch {
    return new DecorumError('DECORUM_MALFORMED_JSON', 'the body is not UTF-8')
  }
  const parsed = parseJson(text)
  return parsed.ok
    ? { value: parsed.value }
    : new DecorumError('DECORUM_MALFORMED_JSON', 'the body is not one JSON document', { faults: parsed.faults })
}

/**
 * A streamed body, limited to `maxBytes`.
 *
 * @throws DECORUM_BODY_TOO_LARGE once it is longer; DECORUM_BAD_INPUT when the connection ends before the body
 */
export async function* boundedBody(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > maxBytes)
        throw new DecorumError('DECORUM_BODY_TOO_LARGE', `the body is longer than ${maxBytes} bytes`, {
          hint: 'Send the rest as another import; what was answered has been kept.',
        })
      yield chunk
    }
  } catch (error) {
    if (error instanceof DecorumError) throw error
    throw new DecorumError('DECORUM_BAD_INPUT', 'the body broke off before its end', {
      cause: error,
      hint: 'Send it again; what was answered has been kept, and is not done twice.',
    })
  }
}
