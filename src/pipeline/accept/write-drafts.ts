import type { Instant } from '../../model/time.ts'
import type { Excess } from '../../plan/effect-of.ts'
import { addAccounts, writeAccounts, writeSpells } from '../../record/accounts.ts'
import { markExcess } from '../../record/events.ts'
import { addHolds, endHolds, type HoldRow } from '../../record/holds.ts'
import type { Locked } from '../../record/locks.ts'
import { addTasks, type NewTask } from '../../record/planning.ts'
import { addConsents, writeAddresses, writeRecipients } from '../../record/recipients.ts'
import { cancelReminders, cancelTasks, wakeRecipient, wakeReminders } from '../../record/reminders.ts'
import { type SuppressionNotice, addReminderNotices, addSuppressionNotices } from '../notify.ts'
import type { Runtime } from '../runtime.ts'
import { withdrawForbidden } from '../tasks.ts'
import type { AccountDraft } from './account-draft.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import { adoptSuppressions, type SuppressionInput, suppress, type Suppressed } from './suppress.ts'

/** Everything that one accepting transaction is about to write. */
export interface Drafts {
  recipients: RecipientDraft[]
  accounts: AccountDraft[]
  newHolds: HoldRow[]
  endedHolds: { id: string; reason: string }[]
  suppressions: NewSuppression[]
  tasks: (NewTask & { seq: number })[]
  excess: ExcessOf[]
  /** Recipients of whom everything is decided and planned again. */
  replan: Set<string>
}

/** A suppression to be recorded with the drafts. */
export interface NewSuppression {
  wish: SuppressionInput
  /** Everybody whom it concerns; see `SuppressContext`. */
  owners: readonly string[]
  /** What upstream is told with it; null: nothing, for upstream said it. */
  tell: Partial<SuppressionNotice> | null
}

/** Contacts of a recipient to be marked. */
interface ExcessOf extends Excess {
  recipientId: string
  /** The contact in which it was said is not one made since. */
  exceptContact: string | null
}

export const noDrafts = (): Drafts => ({
  recipients: [],
  accounts: [],
  newHolds: [],
  endedHolds: [],
  suppressions: [],
  tasks: [],
  excess: [],
  replan: new Set(),
})

/**
 * Writes the drafts, and cancels or wakes what waits for the accounts: the one writer of what facts bring about.
 *
 * Last come the notices, for they take numbers of the sequences that the drafts have counted until then.
 */
export async function writeDrafts(
  runtime: Runtime,
  trx: Locked,
  drafts: Drafts,
  by: string,
  now: Instant,
): Promise<void> {
  const at = new Date(now)
  await adoptSuppressions(runtime, trx, drafts, by, now)
  const suppressed = await writeSuppressions(runtime, trx, drafts, now)
  await writeRecipients(
    trx,
    drafts.recipients.filter((recipient) => recipient.dirty).map((recipient) => recipient.row),
  )
  await writeAddresses(
    trx,
    drafts.recipients.flatMap((recipient) => [...recipient.touched]),
  )
  await addConsents(
    trx,
    drafts.recipients.flatMap((recipient) => recipient.newConsents),
  )
  const accounts = drafts.accounts.filter((account) => account.dirty || account.isNew)
  await addAccounts(
    trx,
    accounts.filter((account) => account.isNew).map((account) => account.row),
  )
  await writeAccounts(
    trx,
    accounts.filter((account) => !account.isNew).map((account) => account.row),
  )
  await writeSpells(
    trx,
    accounts.flatMap((account) => account.spells),
    accounts.flatMap((account) => account.ladders),
    at,
  )
  await addHolds(trx, drafts.newHolds)
  for (const [reason, ids] of groupBy(
    drafts.endedHolds,
    (hold) => hold.reason,
    (hold) => hold.id,
  ))
    await endHolds(trx, ids, { at, by, reason })
  await addTasks(trx, drafts.tasks, now)
  for (const excess of drafts.excess) await markContacts(trx, excess, now)
  // Nothing waits yet for an account that was unknown.
  await settleWaiting(
    runtime,
    trx,
    drafts.accounts.filter((account) => !account.isNew),
    now,
  )
  for (const recipientId of drafts.replan) await wakeRecipient(trx, recipientId, at)
  for (const { wish, tell, standing, scope, recipients } of suppressed) {
    if (tell === null) await withdrawForbidden(runtime, trx, recipients, now)
    else if (!standing)
      await addSuppressionNotices(
        runtime,
        trx,
        recipients,
        { by: wish.by, ...tell, scope, reason: wish.reason, channel: wish.channel },
        now,
      )
  }
}

async function writeSuppressions(
  runtime: Runtime,
  trx: Locked,
  { recipients, suppressions }: Drafts,
  now: Instant,
): Promise<(NewSuppression & Suppressed)[]> {
  const drafted = new Map(recipients.map((recipient) => [recipient.row.id, recipient]))
  const written = []
  for (const one of suppressions) {
    const takeSeq = (recipientId: string): number => {
      const recipient = drafted.get(recipientId)
      if (recipient === undefined) throw new RangeError('a suppression of a recipient who is not locked')
      return recipient.takeSeq()
    }
    written.push({
      ...one,
      ...(await suppress(runtime, trx, one.wish, { owners: one.owners, now, takeSeq, tell: null, wake: false })),
    })
  }
  return written
}

/** Marks the contacts that a fact learnt late would have forbidden. */
export async function markContacts(
  trx: Locked,
  { recipientId, accountIds, since, rule, exceptContact }: ExcessOf,
  now: Instant,
): Promise<void> {
  for (const accountId of accountIds ?? [null])
    await markExcess(trx, recipientId, accountId, new Date(since), new Date(now), rule, exceptContact)
}

async function settleWaiting(
  runtime: Runtime,
  trx: Locked,
  accounts: readonly AccountDraft[],
  now: Instant,
): Promise<void> {
  const at = new Date(now)
  const cancelled = accounts.flatMap((account) =>
    typeof account.waiting === 'object' ? [{ id: account.row.id, reason: account.waiting.cancelled }] : [],
  )
  for (const [reason, ids] of groupBy(
    cancelled,
    (account) => account.reason,
    (account) => account.id,
  )) {
    const reminders = await cancelReminders(trx, ids, reason, at)
    await addReminderNotices(
      runtime,
      trx,
      reminders.map((reminderId) => ({ reminderId })),
      now,
    )
  }
  await cancelTasks(
    trx,
    cancelled.map((account) => account.id),
  )
  await wakeReminders(
    trx,
    accounts.filter((account) => account.waiting === 'woken').map((account) => account.row.id),
    at,
  )
}

function groupBy<T>(items: readonly T[], key: (item: T) => string, value: (item: T) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), value(item)])
  return groups
}
