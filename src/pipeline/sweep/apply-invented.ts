import { takeInventedReceipts } from '../../record/sweep/invented-receipts.ts'
import { applyReceipt } from '../apply-receipt.ts'
import type { Shell } from '../shell.ts'

/** Applies the receipts that the capture provider invented and that are due by now. */
export async function applyInvented(shell: Shell): Promise<number> {
  const due = await takeInventedReceipts(shell.ledger.db, new Date(shell.clock.now()), 500)
  for (const { reminderId, attemptNo, at, word } of due) {
    await applyReceipt(shell, { reminderId, attemptNo, word, dedupe: `invented ${word.state} ${at.toISOString()}`, saidAt: at.getTime() })
  }
  return due.length
}
