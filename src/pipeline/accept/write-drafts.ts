import type { Transaction } from 'kysely'
import type { Instant } from '../../model/instant.ts'
import { addHolds, endHolds, type HoldRow } from '../../record/accepting/holds.ts'
import { cancelReminders, cancelTasks, wakeReminders } from '../../record/accepting/waiting-reminders.ts'
import { addAccounts, writeAccounts, writeSpells } from '../../record/accepting/write-accounts.ts'
import { addConsents, writeAddresses, writePeople } from '../../record/accepting/write-people.ts'
import type { Database } from '../../record/schema.ts'
import { noteReminders } from '../notify/note-reminders.ts'
import type { Shell } from '../shell.ts'
import type { AccountDraft } from './account-draft.ts'
import { adoptStops } from './adopt-stops.ts'
import type { PersonDraft } from './person-draft.ts'

/** Everything that one accepting transaction is about to write. */
export interface Drafts {
  people: PersonDraft[]
  accounts: AccountDraft[]
  newHolds: HoldRow[]
  endedHolds: { id: string; reason: string }[]
}

export const noDrafts = (): Drafts => ({ people: [], accounts: [], newHolds: [], endedHolds: [] })

/** Writes the drafts, and cancels or wakes what waits for the accounts. */
export async function writeDrafts(shell: Shell, trx: Transaction<Database>, drafts: Drafts, by: string, now: Instant): Promise<void> {
  const at = new Date(now)
  await adoptStops(trx, drafts, by, now)
  await writePeople(trx, drafts.people.filter((person) => person.dirty).map((person) => person.row))
  await writeAddresses(trx, drafts.people.flatMap((person) => [...person.touched]))
  await addConsents(trx, drafts.people.flatMap((person) => person.newConsents))
  const accounts = drafts.accounts.filter((account) => account.dirty || account.isNew)
  await addAccounts(trx, accounts.filter((account) => account.isNew).map((account) => account.row))
  await writeAccounts(trx, accounts.filter((account) => !account.isNew).map((account) => account.row))
  await writeSpells(trx, accounts.flatMap((account) => account.spells), accounts.flatMap((account) => account.ladders), at)
  await addHolds(trx, drafts.newHolds)
  for (const [reason, ids] of groupBy(drafts.endedHolds, (hold) => hold.reason, (hold) => hold.id)) await endHolds(trx, ids, { at, by, reason })
  // Nothing waits yet for an account that was unknown.
  await settleWaiting(shell, trx, drafts.accounts.filter((account) => !account.isNew), now)
}

async function settleWaiting(shell: Shell, trx: Transaction<Database>, accounts: readonly AccountDraft[], now: Instant): Promise<void> {
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
