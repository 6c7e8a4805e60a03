import type { Shell } from '../pipeline/shell.ts'
import { accepting, type Accepting } from './services/accepting.ts'
import { reading, type Reading } from './services/reading.ts'

/** Everything that the HTTP interface and the command line may ask of Decorum. */
export interface Services extends Accepting, Reading {}

export const services = (shell: Shell): Services => ({ ...accepting(shell), ...reading(shell) })
