import { doubtResolution, type DoubtResolution } from '../intake/doubt-body.ts'
import { parse } from '../intake/parse.ts'
import { DecorumError } from '../model/errors.ts'

/**
 * What an operator says of an attempt in doubt, once it has passed its schema.
 *
 * @throws DECORUM_BAD_INPUT with every fault
 */
export function readDoubtResolution(value: unknown): DoubtResolution {
  const parsed = parse(doubtResolution, value)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this cannot be said of an attempt in doubt', { faults: parsed.faults })
}
