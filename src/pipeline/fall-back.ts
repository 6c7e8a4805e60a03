import type { Transaction } from 'kysely'
import type { Instant } from '../model/instant.ts'
import { failedReminder } from '../record/dispatch/follow-up.ts'
import { newId } from '../record/id.ts'
import { addReminders } from '../record/planning/plan-written.ts'
import type { Database } from '../record/schema.ts'
import { chooseRoute } from './choose-route.ts'
import { concernsChannel } from './concerns-channel.ts'
import type { Shell } from './shell.ts'
import { reminderKey } from './unique-key.ts'

/**
 * Owes the same step on the rung's next channel, when this one could not carry it.
 *
 * A reminder of its own, decided afresh with every rule of its own channel; late if the first was. Never called for an
 * attempt in doubt: that one may have reached the person.
 */
export async function fallBack(shell: Shell, trx: Transaction<Database>, reminderId: string, reason: string, now: Instant): Promise<void> {
  if (!concernsChannel(reason)) return
  const failed = await failedReminder(trx, reminderId)
  if (failed === null || failed.expiresAt.getTime() <= now) return
  const jurisdictions = failed.jurisdiction === null ? [] : [failed.jurisdiction]
  const [next, ...rest] = failed.fallbackChannels.flatMap((channel) => {
    const choice = chooseRoute(shell.config.routes, { channel, creditor: failed.creditor, product: failed.product, role: failed.role, jurisdictions })
    return choice.ok ? [{ channel, route: choice.route.id }] : []
  })
  if (next === undefined) return
  const key = failed.accounts.map((a) => ({ accountId: a.accountId, spellId: a.spellId, pass: a.pass ?? 1 }))
  await addReminders(trx, [{
    id: newId(), creditor: failed.creditor, recipientId: failed.recipientId, live: failed.live, origin: failed.origin, kind: failed.kind,
    mode: failed.mode, tone: failed.tone, channel: next.channel, fallbackChannels: rest.map((r) => r.channel), follows: failed.id,
    template: failed.template, ladder: failed.ladder, ladderVersion: failed.ladderVersion, rung: failed.rung,
    uniqueKey: reminderKey(failed.recipientId, key, failed.rung ?? `direct ${failed.id}`, next.channel), route: next.route,
    dueAt: failed.dueAt.getTime(), nextAt: now, expiresAt: failed.expiresAt.getTime(),
    variables: null, accounts: failed.accounts.map(({ accountId, spellId, lead }) => ({ accountId, spellId, lead })),
  }], now)
}
