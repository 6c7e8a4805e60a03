import type { PermitRules } from '../pipeline/permits/ask-permit.ts'
import type { Shell } from '../pipeline/shell.ts'
import { accepting, type Accepting } from './services/accepting.ts'
import { auditing, type Auditing } from './services/auditing.ts'
import { doubting, type Doubting } from './services/doubting.ts'
import { forecasting, type Forecasting } from './services/forecasting.ts'
import { hooks, type Hooks } from './services/hooks.ts'
import { keys, type Keys } from './services/keys.ts'
import { measuring, type Measuring } from './services/measuring.ts'
import { permitting, type Permitting } from './services/permitting.ts'
import { reading, type Reading } from './services/reading.ts'
import { retaining, type Retaining } from './services/retaining.ts'
import { switching, type Switching } from './services/switching.ts'

/** Everything that the HTTP interface and the command line may ask of Decorum. */
export interface Services extends Accepting, Reading, Keys, Measuring, Permitting, Switching, Doubting, Auditing, Forecasting, Retaining {
  /** What providers and recipients say without a key. */
  receipts: Hooks
}

export function services(shell: Shell, rules: PermitRules): Services {
  const accepts = accepting(shell, rules)
  return {
    ...accepts, ...reading(shell, rules), ...keys(shell), ...measuring(shell, rules), ...permitting(shell, rules), ...switching(shell), ...doubting(shell), ...auditing(shell), ...forecasting(shell, rules), ...retaining(shell, rules),
    receipts: hooks(shell),
  }
}
