import { DecorumError } from '../model/errors.ts'

/**
 * A streamed body, held to the deployment's limit.
 *
 * @throws DECORUM_BODY_TOO_LARGE once it is longer; DECORUM_BAD_INPUT when the connection breaks off before its end
 */
export async function* boundedBody(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const piece of body) {
      bytes += piece.length
      if (bytes > maxBytes) throw new DecorumError('DECORUM_BODY_TOO_LARGE', `the body is longer than ${maxBytes} bytes`, { hint: 'Send the rest as another import; what was answered has been kept.' })
      yield piece
    }
  } catch (error) {
    if (error instanceof DecorumError) throw error
    throw new DecorumError('DECORUM_BAD_INPUT', 'the body broke off before its end', { cause: error, hint: 'Send it again; what was answered has been kept, and is not done twice.' })
  }
}
