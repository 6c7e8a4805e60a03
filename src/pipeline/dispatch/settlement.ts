import type { AttemptKey } from '../../deliver/provider.ts'
import type { CallOutcome } from '../../model/delivery.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import { type Channel, suppressionAfter, type SuppressionReason } from '../../model/vocabulary.ts'
import type { SettlementEntry } from '../../record/dispatch/settlement.ts'

/** How an attempt ended: a provider's outcome, or that no call was begun at all. */
export type AttemptEnd = CallOutcome | { kind: 'not_sent'; why: string; waitMs: number }

/** A settlement with what follows from it beyond the attempt. */
export interface Settlement {
  entry: SettlementEntry
  /** The address is unusable or its owner has opted out: suppress it. */
  suppress: SuppressionReason | null
  /** This channel has failed: try the rung's next one. */
  fallBack: boolean
  /** An operator has to do something: the event to log, with the code and detail of `entry`. */
  alarm: 'route.misconfigured' | 'message.refused' | null
}

/** A reminder ends as failed after so many tries that a provider failed. */
const MAX_TRIES = 5
const FIRST_BACKOFF_MS = 30_000
const MAX_BACKOFF_MS = 30 * MINUTE
const CONFIGURATION_RETRY_MS = 5 * MINUTE

/**
 * What follows from the end of an attempt?
 *
 * Only a failure of the provider spends a try: throttling, a configuration error of ours and a call that
 * never began do not. An unknown outcome is in doubt and is never tried again.
 *
 * @param spent   tries that providers failed before
 * @param jitter  0 to 1, injected
 */
export function settlementOf(
  attempt: AttemptKey & { reservedAt: Instant },
  channel: Channel,
  end: AttemptEnd,
  spent: number,
  now: Instant,
  jitter: number,
): Settlement {
  const base = {
    reminderId: attempt.reminderId,
    attemptNo: attempt.attemptNo,
    reservedAt: attempt.reservedAt,
    providerRef: null,
    rejection: null,
    code: null,
    detail: null,
  }
  const quiet = { suppress: null, fallBack: false, alarm: null }
  const retryIn = (waitMs: number, spendsAttempt: boolean): SettlementEntry['reminder'] => ({
    status: 'scheduled',
    nextAt: now + waitMs,
    spendsAttempt,
    endReason: null,
  })
  switch (end.kind) {
    case 'accepted':
      return {
        ...quiet,
        // An accepted call is still ringing: until its receipt it counts as `pending`, the strictest state.
        entry: {
          ...base,
          status: 'accepted',
          providerRef: end.reference,
          contact: channel === 'phone' ? 'pending' : 'sent',
          reminder: { status: 'sent', nextAt: null, spendsAttempt: false, endReason: null },
        },
      }
    case 'unknown':
      return {
        ...quiet,
        entry: {
          ...base,
          status: 'in_doubt',
          code: end.code,
          detail: end.detail,
          contact: 'in-doubt',
          reminder: { status: 'in_doubt', nextAt: null, spendsAttempt: false, endReason: null },
        },
      }
    case 'not_sent':
      return {
        ...quiet,
        entry: { ...base, status: 'not_sent', code: end.why, contact: null, reminder: retryIn(end.waitMs, false) },
      }
    case 'rejected': {
      const rejected = {
        ...base,
        status: 'rejected' as const,
        rejection: end.class,
        code: end.code,
        detail: end.detail,
        contact: null,
      }
      const failed: SettlementEntry['reminder'] = {
        status: 'failed',
        nextAt: null,
        spendsAttempt: true,
        endReason: `provider_${end.class}`,
      }
      switch (end.class) {
        case 'throttled':
          return {
            ...quiet,
            entry: {
              ...rejected,
              reminder: retryIn(Math.max(end.retryAfterMs ?? 0, 1_000 + Math.round(jitter * 1_000)), false),
            },
          }
        case 'configuration':
          return {
            ...quiet,
            entry: { ...rejected, reminder: retryIn(CONFIGURATION_RETRY_MS, false) },
            alarm: 'route.misconfigured',
          }
        case 'retriable':
          return spent + 1 >= MAX_TRIES
            ? { ...quiet, entry: { ...rejected, reminder: failed }, fallBack: true }
            : { ...quiet, entry: { ...rejected, reminder: retryIn(backoffMs(spent, jitter), true) } }
        case 'address':
        case 'opted-out':
          // Decided again at once: another of the recipient's addresses is chosen, or the suppression is named.
          return { ...quiet, entry: { ...rejected, reminder: retryIn(0, true) }, suppress: suppressionAfter(end.class) }
        case 'content':
          return { ...quiet, entry: { ...rejected, reminder: failed }, fallBack: true, alarm: 'message.refused' }
        case 'permanent':
          return { ...quiet, entry: { ...rejected, reminder: failed }, fallBack: true }
      }
    }
  }
}

/** 30 s, 60 s, 2 min … up to 30 min, each reduced by up to half so that retries spread out. */
function backoffMs(spent: number, jitter: number): number {
  const full = Math.min(FIRST_BACKOFF_MS * 2 ** spent, MAX_BACKOFF_MS)
  return Math.round(full * (1 - jitter / 2))
}
