import { DAY, MINUTE } from '../../model/instant.ts'
import { takeToLookUp } from '../../record/sweep/doubts.ts'
import { applyReceipt } from '../apply-receipt.ts'
import type { Shell } from '../shell.ts'
import { askBooks, type BooksOf } from './look-up-doubts.ts'

/** Receipts come within minutes; whoever has none by then is asked about, and again at this interval for two days. */
const SILENT_AFTER_MS = 5 * MINUTE
const EVERY_MS = 10 * MINUTE
const ASK_FOR_MS = 2 * DAY
const AT_ONCE = 50

/**
 * Asks providers what became of messages whose end nobody reported.
 *
 * Callbacks are best effort (Twilio repeats one only on a failed connection, and not beyond 15 s), and
 * without a public address none can come at all; nothing about a person may hang on one.
 */
export async function askForReceipts(shell: Shell, booksOf: BooksOf, everyMs = EVERY_MS): Promise<number> {
  const now = shell.clock.now()
  const period = { from: new Date(now - ASK_FOR_MS), to: new Date(now - SILENT_AFTER_MS) }
  let applied = 0
  for (const attempt of await takeToLookUp(shell.ledger.db, 'unfinished', everyMs, AT_ONCE, period)) {
    const books = booksOf(attempt.route, attempt.live)
    const answer = books === null || books.provider.harmless ? null : await askBooks(shell, attempt, books)
    if (answer?.kind !== 'found' || answer.word === null) continue
    const { reminderId, attemptNo } = attempt
    const result = await applyReceipt(shell, { reminderId, attemptNo, word: answer.word, dedupe: `asked ${answer.word.state}`, saidAt: null, by: 'look-up' })
    if (result === 'applied') applied++
  }
  return applied
}
