import type { Instant } from '../../model/instant.ts'
import type { Excess } from '../../plan/effect-of.ts'
import { markExcess } from '../../record/accepting/events.ts'
import { addHolds, endHolds, type HoldRow } from '../../record/accepting/holds.ts'
import { cancelReminders, cancelTasks, wakePerson, wakeReminders } from '../../record/accepting/waiting-reminders.ts'
import { addAccounts, writeAccounts, writeSpells } from '../../record/accepting/write-accounts.ts'
import { addConsents, writeAddresses, writePeople } from '../../record/accepting/write-people.ts'
import { addTasks, type NewTask } from '../../record/planning/plan-written.ts'
import type { Locked } from '../../record/locks.ts'
import { noteReminders } from '../notify/note-reminders.ts'
import { noteStop, type NewStop } from '../notify/note-stop.ts'
import type { Shell } from '../shell.ts'
import { withdrawForbidden } from '../tasks/decide-tasks.ts'
import type { AccountDraft } from './account-draft.ts'
import { adoptStops } from './adopt-stops.ts'
import type { PersonDraft } from './person-draft.ts'
import { suppress, type StopWish, type Suppressed } from './suppress.ts'

/** Everything that one accepting transaction is about to write. */
export interface Drafts {
  people: PersonDraft[]
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
  wish: StopWish
  /** Everybody whom it concerns; see `StopSetting`. */
  owners: readonly string[]
  /** What upstream is told with it; null: nothing, for upstream said it. */
  tell: Partial<NewStop> | null
}

/** Contacts of a recipient to be marked. */
export interface ExcessOf extends Excess {
  recipientId: string
  /** The contact in which it was said is not one made since. */
  exceptContact: string | null
}

export const noDrafts = (): Drafts => ({ people: [], accounts: [], newHolds: [], endedHolds: [], suppressions: [], tasks: [], excess: [], replan: new Set() })

/**
 * Writes the drafts, and cancels or wakes what waits for the accounts: the one writer of what facts bring about.
 *
 * Last come the notices, for they take numbers of the sequences that the drafts have counted until then.
 */
export async function writeDrafts(shell: Shell, trx: Locked, drafts: Drafts, by: string, now: Instant): Promise<void> {
  const at = new Date(now)
  await adoptStops(shell, trx, drafts, by, now)
  const suppressed = await writeSuppressions(shell, trx, drafts, now)
  await writePeople(trx, drafts.people.filter((person) => person.dirty).map((person) => person.row))
  await writeAddresses(trx, drafts.people.flatMap((person) => [...person.touched]))
  await addConsents(trx, drafts.people.flatMap((person) => person.newConsents))
  const accounts = drafts.accounts.filter((account) => account.dirty || account.isNew)
  await addAccounts(trx, accounts.filter((account) => account.isNew).map((account) => account.row))
  await writeAccounts(trx, accounts.filter((account) => !account.isNew).map((account) => account.row))
  await writeSpells(trx, accounts.flatMap((account) => account.spells), accounts.flatMap((account) => account.ladders), at)
  await addHolds(trx, drafts.newHolds)
  for (const [reason, ids] of groupBy(drafts.endedHolds, (hold) => hold.reason, (hold) => hold.id)) await endHolds(trx, ids, { at, by, reason })
  await addTasks(trx, drafts.tasks, now)
  for (const excess of drafts.excess) await markContacts(trx, excess, now)
  // Nothing waits yet for an account that was unknown.
  await settleWaiting(shell, trx, drafts.accounts.filter((account) => !account.isNew), now)
  for (const recipientId of drafts.replan) await wakePerson(trx, recipientId, at)
  for (const { wish, tell, standing, scope, people } of suppressed) {
    if (tell === null) await withdrawForbidden(shell, trx, people, now)
    else if (!standing) await noteStop(shell, trx, people, { by: wish.by, ...tell, scope, reason: wish.reason, channel: wish.channel }, now)
  }
}

async function writeSuppressions(shell: Shell, trx: Locked, { people, suppressions }: Drafts, now: Instant): Promise<(NewSuppression & Suppressed)[]> {
  const drafted = new Map(people.map((person) => [person.row.id, person]))
  const written = []
  for (const one of suppressions) {
    const takeSeq = (recipientId: string): number => {
      const person = drafted.get(recipientId)
      if (person === undefined) throw new RangeError('a suppression of a recipient who is not locked')
      return person.takeSeq()
    }
    written.push({ ...one, ...await suppress(shell, trx, one.wish, { owners: one.owners, now, takeSeq, tell: null, wake: false }) })
  }
  return written
}

/** Marks the contacts that a fact learnt late would have forbidden. */
export async function markContacts(trx: Locked, { recipientId, accountIds, since, rule, exceptContact }: ExcessOf, now: Instant): Promise<void> {
  for (const accountId of accountIds ?? [null]) await markExcess(trx, recipientId, accountId, new Date(since), new Date(now), rule, exceptContact)
}

async function settleWaiting(shell: Shell, trx: Locked, accounts: readonly AccountDraft[], now: Instant): Promise<void> {
  const at = new Date(now)
  const cancelled = accounts.flatMap((account) => (typeof account.waiting === 'object' ? [{ id: account.row.id, reason: account.waiting.cancelled }] : []))
  for (const [reason, ids] of groupBy(cancelled, (account) => account.reason, (account) => account.id)) {
    const reminders = await cancelReminders(trx, ids, reason, at)
    await noteReminders(shell, trx, reminders.map((reminderId) => ({ reminderId })), now)
  }
  await cancelTasks(trx, cancelled.map((account) => account.id))
  await wakeReminders(trx, accounts.filter((account) => account.waiting === 'woken').map((account) => account.row.id), at)
}

function groupBy<T>(items: readonly T[], key: (item: T) => string, value: (item: T) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), value(item)])
  return groups
}
