import { HOUR } from '../../model/instant.ts'
import { silentCalls } from '../../record/sweep/doubts.ts'
import { applyReceipt } from '../apply-receipt.ts'
import type { Shell } from '../shell.ts'

const SILENT_AFTER_MS = 2 * HOUR

/**
 * Ends calls whose end was never reported.
 *
 * A callback lost in an outage must not keep a person's line busy for ever, and must not make a
 * talk uncounted either: the call is taken for a conversation, the worst it can have been.
 */
export async function endSilentCalls(shell: Shell): Promise<number> {
  const calls = await silentCalls(shell.ledger.db, new Date(shell.clock.now() - SILENT_AFTER_MS), 200)
  for (const call of calls) {
    await applyReceipt(shell, {
      ...call, word: { state: 'conversation', final: true, code: 'end_not_reported', class: null }, dedupe: 'sweep silent', saidAt: null,
    })
    shell.log.warn({ event: 'call.end_missed', reminder: call.reminderId, attempt: call.attemptNo }, 'end of a call never reported; it counts as a conversation')
  }
  return calls.length
}
