import type { Instant } from '../../model/time.ts'
import type { Excess } from '../../plan/effect-of.ts'
import { addAccounts, writeAccounts, writeSpells } from '../../record/accounts.ts'
import { markExcess } from '../../record/events.ts'
import { addHolds, endHolds, type HoldRow } from '../../record/holds.ts'
import type { Locked } from '../../record/locks.ts'
import { addTasks, type NewTask } from '../../record/planning.ts'
import { addConsents, writeAddresses, writeRecipients } from '../../record/recipients.ts'
import { holdDetail } from '../../record/vault/vault.ts'
import { cancelReminders, cancelTasks, wakeRecipient, wakeReminders } from '../../record/reminders.ts'
import { type SuppressionNotice, addReminderNotices, addSuppressionNotices } from '../notify.ts'
import { mapStatedText } from '../free-text.ts'
import type { Runtime } from '../runtime.ts'
import { withdrawForbidden } from '../tasks.ts'
import type { AccountDraft } from './account-draft.ts'
import { boundRecipients } from './bound-recipient.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import { adoptSuppressions, type SuppressionInput, suppress, type Suppressed } from './suppress.ts'

/** Everything that one accepting transaction will write. */
export interface Drafts {
  recipients: RecipientDraft[]
  accounts: AccountDraft[]
  newHolds: HoldRow[]
  endedHolds: { id: string; reason: string }[]
  suppressions: NewSuppression[]
  tasks: NewTask[]
  excess: RecipientExcess[]
  /** Recipients whose waiting reminders and plans are decided again. */
  replan: Set<string>
}

/** A suppression to be recorded with the drafts. */
export interface NewSuppression {
  input: SuppressionInput
  /** All recipients it concerns; see `SuppressContext`. */
  owners: readonly string[]
  /** Extra fields of the webhook notice; null: no notice, because upstream itself reported it. */
  notice: Partial<SuppressionNotice> | null
}

/** Contacts of a recipient to be marked as exceeding a rule. */
interface RecipientExcess extends Excess {
  recipientId: string
  /** The contact in which the fact was reported, which is not marked. */
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

/** Writes the drafts, cancels or wakes the accounts' waiting reminders, and last adds what webhooks are to tell. */
export async function writeDrafts(
  runtime: Runtime,
  trx: Locked,
  drafts: Drafts,
  by: string,
  now: Instant,
): Promise<void> {
  const at = new Date(now)
  const within = drafts.accounts.length > 0 ? 'recipient.' : ''
  await boundRecipients(trx, drafts.recipients, runtime.vault, now, within)
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
  const people = new Map(drafts.recipients.map((recipient) => [recipient.row.id, recipient]))
  await addHolds(
    trx,
    drafts.newHolds.map((hold) => sealedHold(runtime, hold, people.get(hold.recipient_id) as RecipientDraft)),
  )
  for (const [reason, ids] of groupBy(
    drafts.endedHolds,
    (hold) => hold.reason,
    (hold) => hold.id,
  ))
    await endHolds(trx, ids, { at, by, reason })
  await addTasks(trx, drafts.tasks, now)
  for (const excess of drafts.excess) await markContacts(trx, excess, now)
  // A new account has no waiting reminders yet.
  await settleWaiting(
    runtime,
    trx,
    drafts.accounts.filter((account) => !account.isNew),
    now,
  )
  for (const recipientId of drafts.replan) await wakeRecipient(trx, recipientId, at)
  for (const { input, notice, standing, scope, recipients } of suppressed) {
    if (notice === null) await withdrawForbidden(runtime, trx, recipients, now)
    else if (!standing)
      await addSuppressionNotices(
        runtime,
        trx,
        recipients,
        { by: input.by, ...notice, scope, reason: input.reason, channel: input.channel },
        now,
      )
  }
}

/** A new hold as it is stored: what people state among its details is sealed. */
const sealedHold = ({ vault }: Pick<Runtime, 'vault'>, hold: HoldRow, recipient: RecipientDraft): HoldRow => ({
  ...hold,
  details: mapStatedText(hold.details, (text, field) =>
    vault.sealText(recipient.dataKey(vault), holdDetail(`${hold.id}.${field}`), text),
  ),
})

async function writeSuppressions(
  runtime: Runtime,
  trx: Locked,
  { suppressions }: Drafts,
  now: Instant,
): Promise<(NewSuppression & Suppressed)[]> {
  const written = []
  for (const one of suppressions) {
    written.push({
      ...one,
      ...(await suppress(runtime, trx, one.input, { owners: one.owners, now, notice: null, wake: false })),
    })
  }
  return written
}

/** Marks the contacts that a fact would have forbidden had it been known in time. */
export async function markContacts(
  trx: Locked,
  { recipientId, accountIds, since, rule, exceptContact }: RecipientExcess,
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
