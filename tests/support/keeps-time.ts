import { constants, setPriority } from 'node:os'

/**
 * Goes before all others where the system allows it: a provider that reads a request late, because
 * the machine is busy, would note a rate that nobody sent at.
 */
export function keepsTime(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST)
  } catch {
    // Then its times are as good as the machine is idle.
  }
}
