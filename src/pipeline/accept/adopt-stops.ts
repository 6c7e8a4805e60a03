import type { Instant } from '../../model/instant.ts'
import { PERSON_REASONS } from '../../model/suppression.ts'
import { giveStop, stopsFor, type Arrivals, type FoundStop } from '../../record/accepting/suppressions.ts'
import { lockAwaited, type Locked } from '../../record/locks.ts'
import type { Shell } from '../shell.ts'
import type { AccountDraft } from './account-draft.ts'
import type { PersonDraft } from './person-draft.ts'
import { AWAITED_FOR_MS, suppress } from './suppress.ts'

/**
 * Gives people the stops that were there before them.
 *
 * A stop of a person or an account that was not known acts when they come; a fact about the holder of an address (a death)
 * stops whoever comes to have it. Asks nothing when nobody is new and no address is.
 */
export async function adoptStops(
  shell: Shell, trx: Locked, drafts: { people: readonly PersonDraft[]; accounts: readonly AccountDraft[] }, by: string, now: Instant,
): Promise<void> {
  const arrivals = arrivalsIn(drafts)
  const { people, accounts, addresses } = arrivals
  if (people.length + accounts.length + addresses.length === 0) return
  await lockAwaited(trx, [...people, ...accounts].map(({ creditor }) => creditor), 'shared')
  const found = await stopsFor(trx, arrivals, PERSON_REASONS, new Date(now - AWAITED_FOR_MS))
  const drafted = new Map(drafts.people.map((person) => [person.row.id, person]))
  for (const one of found) {
    const person = drafted.get(one.recipientId)
    if (person !== undefined) await adopt(shell, trx, one, person, by, now)
  }
}

async function adopt(shell: Shell, trx: Locked, { stop, recipientId }: FoundStop, person: PersonDraft, by: string, now: Instant): Promise<void> {
  if (stop.awaits_recipient !== null || stop.awaits_account !== null) return giveStop(trx, stop.id, recipientId, person.takeSeq())
  await suppress(shell, trx, {
    creditor: stop.creditor, scope: 'all', recipientId, hash: null, channel: null, reason: stop.reason, source: stop.source, by,
    from: stop.starts_at.getTime(), until: stop.ends_at?.getTime() ?? null, cause: stop.id,
  }, { owners: [recipientId], now, takeSeq: () => person.takeSeq(), tell: null, wake: false })
}

function arrivalsIn({ people, accounts }: { people: readonly PersonDraft[]; accounts: readonly AccountDraft[] }): Arrivals {
  const named = ({ row }: { row: { creditor: string; external_id: string } }, recipientId: string) => ({ creditor: row.creditor, externalId: row.external_id, recipientId })
  return {
    people: people.filter((person) => person.isNew).map((person) => named(person, person.row.id)),
    accounts: accounts.filter((account) => account.isNew).map((account) => named(account, account.row.recipient_id)),
    addresses: people.flatMap((person) => [...person.touched].filter((address) => address.removed_at === null).map(({ creditor, hash }) => ({ creditor, hash, recipientId: person.row.id }))),
  }
}
