import { parse } from '../intake/parse.ts'
import { switchBody, switchLift, type SwitchBody, type SwitchLift } from '../intake/switch-body.ts'
import { DecorumError } from '../model/errors.ts'

/**
 * A switch to be thrown, once it has passed its schema.
 *
 * @throws DECORUM_BAD_INPUT with every fault
 */
export function readSwitch(value: unknown): SwitchBody {
  const parsed = parse(switchBody, value)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this switch cannot be thrown', { faults: parsed.faults })
}

/** As `readSwitch`, for lifting one. */
export function readSwitchLift(value: unknown): SwitchLift {
  const parsed = parse(switchLift, value)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this switch cannot be lifted so', { faults: parsed.faults })
}
