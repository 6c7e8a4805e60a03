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
 * A streamed body, limited to `maxBytes`, from a sender that goes on sending.
 *
 * Only the wait for the sender counts: while nobody reads, it cannot send.
 *
 * @throws DECORUM_BODY_TOO_LARGE once it is longer; DECORUM_REQUEST_TIMEOUT when nothing comes for `idleMs`; DECORUM_BAD_INPUT when the
 *         connection ends before the body
 */
export async function* boundedBody(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  idleMs: number,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  let bytes = 0
  try {
    for (;;) {
      const next = await within(idleMs, chunks.next())
      if (next.done === true) return
      bytes += next.value.length
      if (bytes > maxBytes)
        throw new DecorumError('DECORUM_BODY_TOO_LARGE', `the body is longer than ${maxBytes} bytes`, {
          hint: 'Send the rest as another import; what was answered has been kept.',
        })
      yield next.value
    }
  } catch (error) {
    if (error instanceof DecorumError) throw error
    throw new DecorumError('DECORUM_BAD_INPUT', 'the body broke off before its end', {
      cause: error,
      hint: 'Send it again; what was answered has been kept, and is not done twice.',
    })
  } finally {
    // Not awaited: a body from which nothing comes ends no sooner.
    void Promise.resolve(chunks.return?.()).catch(() => undefined)
  }
}

async function within<T>(ms: number, coming: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new DecorumError('DECORUM_REQUEST_TIMEOUT', `no more of the body came for ${ms / 1000} s`, {
          hint: 'Send the rest as another import; what was answered has been kept.',
        }),
      )
    }, ms)
  })
  // Rejects later, unheard, when the wait is given up.
  coming.catch(() => undefined)
  return Promise.race([coming, late]).finally(() => clearTimeout(timer))
}
