import type { AccountState } from '../../../model/account-state.ts'
import type { HoldKind } from '../../../model/hold.ts'
import { isInFuture } from '../../../model/instant.ts'
import { enterBalance } from '../account-balance.ts'
import { followBalance } from '../merge-account.ts'
import { endHoldsOf, type EventEffect, type EventContext, type EventOf } from './effect.ts'

/** Pauses that a closed account has no use for; disputes and complaints stay until they are answered. */
const OF_OPEN_ACCOUNTS: readonly HoldKind[] = ['promise', 'payment-pending', 'facts-conflict', 'reversal-pause']
/** Pauses that `resume` ends; promises run out, disputes and complaints are closed by their own events. */
const RESUMABLE: readonly HoldKind[] = ['manual', 'hardship', 'legal-action', 'breathing-space', 'facts-conflict', 'reversal-pause', 'payment-pending']

/** Settled is the last word, whatever the balance known says. */
export function settled(c: EventContext, event: EventOf<'settled'>): EventEffect {
  const { row } = c.account
  const { asOf } = c.balance
  const at = Math.min(event.occurredAt, c.now)
  enterBalance(row, { stated: 0, statedAt: c.now, statedBy: c.eventId, changes: [], asOf: isInFuture(asOf, c.now) ? at : Math.max(at, asOf) })
  row.overdue_parts = {}
  row.due_date = null
  row.stated_days_past_due = null
  return close(c, 'settled', 'settled')
}

export const withdrawn = (c: EventContext): EventEffect => close(c, 'withdrawn', 'withdrawn by the creditor')
export const chargeOff = (c: EventContext): EventEffect => close(c, 'charged-off', 'charged off')
export const handOff = (c: EventContext): EventEffect => close(c, 'handed-off', 'handed off')

function close(c: EventContext, state: AccountState, words: string): EventEffect {
  c.account.row.state = state
  c.account.wake()
  endHoldsOf(c, OF_OPEN_ACCOUNTS, words)
  return { words, forbids: true }
}

export function recall(c: EventContext): EventEffect {
  return reopen(c) ? { words: 'recalled; reminders go on' } : { words: 'recorded; the account was not away' }
}

export function resume(c: EventContext): EventEffect {
  const ended = endHoldsOf(c, RESUMABLE, 'resumed')
  const back = c.account.row.state === 'withdrawn' && reopen(c)
  return { words: ended > 0 || back ? 'resumed' : 'recorded; nothing was paused' }
}

function reopen(c: EventContext): boolean {
  const { row } = c.account
  if (row.state !== 'handed-off' && row.state !== 'charged-off' && row.state !== 'withdrawn') return false
  row.state = 'open'
  followBalance(row, true)
  c.account.wake()
  return true
}
