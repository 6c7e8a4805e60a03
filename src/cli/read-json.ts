import { parseJson } from '../intake/parse.ts'
import { DecorumError } from '../model/errors.ts'

/**
 * The value of one JSON document.
 *
 * @throws DECORUM_MALFORMED_JSON with the position of the fault; never quotes the text
 */
export function readJson(text: string): unknown {
  const parsed = parseJson(text.replace(/^\uFEFF/, ''))
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_MALFORMED_JSON', 'this is not JSON', { faults: parsed.faults })
}
