import { type Rotation, type RotationProgress, rotateKeys } from '../pipeline/rotate-keys.ts'
import type { Runtime } from '../pipeline/runtime.ts'

export type { Rotation } from '../pipeline/rotate-keys.ts'

/** Keys of DECORUM_KEYS, and which of them the ledger goes by. */
export interface KeyRotationService {
  /** Makes the newest key the current one. Goes on where an interrupted run ended. */
  rotateKeys(tell?: (progress: RotationProgress) => void): Promise<Rotation>
}

export const keyRotationService = (runtime: Runtime): KeyRotationService => ({
  rotateKeys: (tell) => rotateKeys(runtime, tell),
})
