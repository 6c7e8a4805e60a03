import { DAY, HOUR } from '../../model/instant.ts'
import type { WebhookAnswer } from '../../deliver/webhook/webhook.ts'
import type { ToldNotice } from '../../record/outbox/settle-notices.ts'

const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = HOUR
const PATIENCE_MS = 3 * DAY
/** However old it is: what waited for a notifier that was down has not been tried yet. */
const FEWEST_TRIES = 10

/**
 * What becomes of a notice after this answer?
 *
 * 5 s, 10 s, 20 s … up to an hour, each reduced by up to half so that retries spread out;
 * after three days and at least ten tries it is given up.
 *
 * @param tries   begun, this one included
 * @param ageMs   machine time since it was written
 * @param jitter  0 to 1, injected
 */
export function nextTry(answer: WebhookAnswer, tries: number, ageMs: number, jitter: number): Pick<ToldNotice, 'outcome' | 'waitMs'> {
  if (answer.kind === 'taken') return { outcome: 'taken', waitMs: 0 }
  if (ageMs >= PATIENCE_MS && tries >= FEWEST_TRIES) return { outcome: 'given_up', waitMs: 0 }
  const full = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS)
  return { outcome: 'again', waitMs: Math.round(full * (1 - jitter / 2)) }
}
