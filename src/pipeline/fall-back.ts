import type { Transaction } from 'kysely'
import type { Instant } from '../model/instant.ts'
import { concernsChannel, nextOnFallback } from '../plan/fallback.ts'
import { failedReminder } from '../record/dispatch/follow-up.ts'
import { newId } from '../record/id.ts'
import { addReminders } from '../record/planning/plan-written.ts'
import type { Database } from '../record/schema.ts'
import { routeIdFor, wishFor } from './choose-route.ts'
import type { Shell } from './shell.ts'

/** Owes the reminder that follows this one, which could not be carried, if one does: see `nextOnFallback`. */
export async function fallBack(shell: Shell, trx: Transaction<Database>, reminderId: string, reason: string, now: Instant): Promise<void> {
  // Most ends concern something else: those ask the ledger nothing.
  if (!concernsChannel(reason)) return
  const failed = await failedReminder(trx, reminderId)
  if (failed === null) return
  const { id, creditor, recipientId } = failed
  const next = nextOnFallback({
    ...failed, dueAt: failed.dueAt.getTime(), expiresAt: failed.expiresAt.getTime(), accounts: failed.accounts.map((a) => ({ ...a, pass: a.pass ?? 1 })),
  }, reason, now, routeIdFor(shell.config.routes, wishFor(failed, failed)))
  if (next !== null) await addReminders(trx, [{ ...next, id: newId(), creditor, recipientId, follows: id, variables: null }], now)
}
