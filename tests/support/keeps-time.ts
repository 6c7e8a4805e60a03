import { constants, setPriority } from 'node:os'

let looked: number | null = null

const now = (): number => performance.timeOrigin + performance.now()

/**
 * Makes this process a provider whose times can be relied on: it goes before all others where the
 * system allows it, and knows when it last looked at its sockets.
 */
export function keepsTime(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST)
  } catch {
    // Then its times are as good as the machine is idle.
  }
  looked = now()
  // An immediate runs right after the sockets were read.
  setInterval(
    () =>
      setImmediate(() => {
        looked = now()
      }),
    5,
  ).unref()
}

/**
 * What is read now came no earlier than this, in wall milliseconds with fractions. On a busy machine a
 * provider reads late, and what came one after the other all at once; that is no rate that anybody sent at.
 */
export const lookedLast = (): number => looked ?? now()
