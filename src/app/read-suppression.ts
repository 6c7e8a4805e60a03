import { parse } from '../intake/parse.ts'
import { suppressionBody, type SuppressionBody } from '../intake/suppression-body.ts'
import { DecorumError } from '../model/errors.ts'

/**
 * A stop, once it has passed its schema.
 *
 * @throws DECORUM_BAD_INPUT with every fault
 */
export function readSuppression(value: unknown): SuppressionBody {
  const parsed = parse(suppressionBody, value)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this stop cannot be recorded', { faults: parsed.faults })
}
