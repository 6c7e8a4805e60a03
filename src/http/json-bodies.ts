import { parseJson } from '../intake/json.ts'
import { DecorumError } from '../model/errors.ts'
import type { Api } from './api.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Bodies are strict JSON: UTF-8, no key twice; anything else is DECORUM_MALFORMED_JSON with its place. */
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
  return parsed.ok ? { value: parsed.value } : new DecorumError('DECORUM_MALFORMED_JSON', 'the body is not one JSON document', { faults: parsed.faults })
}
