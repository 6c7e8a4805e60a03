import type { Shell } from '../pipeline/shell.ts'
import { accepting, type Accepting } from './services/accepting.ts'
import { hooks, type Hooks } from './services/hooks.ts'
import { keys, type Keys } from './services/keys.ts'
import { measuring, type Measuring } from './services/measuring.ts'
import { reading, type Reading } from './services/reading.ts'

/** Everything that the HTTP interface and the command line may ask of Decorum. */
export interface Services extends Accepting, Reading, Keys, Measuring {
  /** What providers and recipients say without a key. */
  receipts: Hooks
}

export function services(shell: Shell): Services {
  const accepts = accepting(shell)
  return { ...accepts, ...reading(shell), ...keys(shell), ...measuring(shell), receipts: hooks(shell, accepts) }
}
