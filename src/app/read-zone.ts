import { parse } from '../intake/parse.ts'
import { timeZone } from '../intake/place-fields.ts'
import { DecorumError } from '../model/errors.ts'

/**
 * A time zone that a person named.
 *
 * @throws DECORUM_BAD_INPUT
 */
export function readZone(text: string): string {
  const parsed = parse(timeZone, text)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this is not a time zone', { faults: parsed.faults.map((fault) => ({ ...fault, path: 'zone' })) })
}
