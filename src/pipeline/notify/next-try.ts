import { DAY, HOUR } from '../../model/instant.ts'
import type { WebhookAnswer } from '../../deliver/webhook/webhook.ts'
import type { ToldNotice } from '../../record/outbox/settle-notices.ts'

const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = HOUR
const PATIENCE_MS = 3 * DAY
/** However old it is: what waited for a notifier that was down has not been tried yet. */
const FEWEST_TRIES = 10

/**
 * How long does this answer ask that the endpoint be left alone, whatever it is to be told?
 *
 * @returns  milliseconds, not less than the first wait: "at once" would be no pause; null when it does not ask
 */
export const pauseAskedBy = (answer: WebhookAnswer): number | null =>
  answer.kind === 'failed' && answer.retryAfterMs !== undefined ? Math.max(answer.retryAfterMs, FIRST_WAIT_MS) : null

/**
 * What becomes of a notice after this answer?
 *
 * 5 s, 10 s, 20 s … up to an hour, each reduced by up to half so that retries spread out;
 * after three days and at least ten tries it is given up. Where the endpoint says when to come again
 * (Retry-After), not before then, and up to a tenth later, so that not everything comes at once.
 *
 * @param tries   begun, this one included
 * @param ageMs   machine time since it was written
 * @param jitter  0 to 1, injected
 */
export function nextTry(answer: WebhookAnswer, tries: number, ageMs: number, jitter: number): Pick<ToldNotice, 'outcome' | 'waitMs'> {
  if (answer.kind === 'taken') return { outcome: 'taken', waitMs: 0 }
  if (ageMs >= PATIENCE_MS && tries >= FEWEST_TRIES) return { outcome: 'given_up', waitMs: 0 }
  const pause = pauseAskedBy(answer)
  if (pause !== null) return { outcome: 'again', waitMs: Math.round(pause * (1 + jitter / 10)) }
  const full = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS)
  return { outcome: 'again', waitMs: Math.round(full * (1 - jitter / 2)) }
}
