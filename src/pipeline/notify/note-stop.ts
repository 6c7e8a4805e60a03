import type { Channel } from '../../model/channel.ts'
import type { Instant } from '../../model/instant.ts'
import type { SuppressionReason, SuppressionScope } from '../../model/suppression.ts'
import type { Locked } from '../../record/locks.ts'
import { addNotices } from '../../record/outbox/add-notices.ts'
import { upstreamPeople } from '../../record/outbox/upstream-people.ts'
import type { Shell } from '../shell.ts'
import { withdrawForbidden } from '../tasks/decide-tasks.ts'
import { creditorsHeard, endpointsFor, someoneListens } from './listeners.ts'

/** A stop that has just been recorded. */
export interface NewStop {
  scope: SuppressionScope
  reason: SuppressionReason
  /** Null: every channel of what the scope covers. */
  channel: Channel | null
  /** Who stopped it: `provider`, `call-key`, `unsubscribe-link`, or the actor's name. Never what somebody wrote. */
  by: string
  reminderId?: string
  attemptNo?: number
  code?: string | null
}

/**
 * Lets a stop that has just been recorded reach those who act for us: steps for people that it forbids are withdrawn, and
 * upstream is to be told. The caller holds the locks of the people whom it concerns.
 */
export async function noteStop(shell: Shell, trx: Locked, recipientKeys: readonly string[], stop: NewStop, now: Instant): Promise<void> {
  await withdrawForbidden(shell, trx, recipientKeys, now)
  if (!someoneListens(shell) || recipientKeys.length === 0) return
  const { scope, reason, channel, by, reminderId = null, attemptNo = null, code = null } = stop
  const people = await upstreamPeople(trx, recipientKeys, creditorsHeard(shell))
  await addNotices(trx, people.flatMap(({ recipientKey, creditor, recipientId }) => {
    const endpoints = endpointsFor(shell, creditor, 'suppression.added')
    const data = { creditor, recipientId, scope, reason, channel, by, reminderId, attemptNo, code, at: new Date(now).toISOString() }
    return endpoints.length === 0 ? [] : [{ recipientKey, creditor, type: 'suppression.added' as const, data, endpoints }]
  }), now)
}
