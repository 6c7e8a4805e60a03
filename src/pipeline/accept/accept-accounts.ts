import type { Transaction } from 'kysely'
import type { AccountBody } from '../../intake/account-body.ts'
import type { Creditor } from '../../model/creditor.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Instant } from '../../model/instant.ts'
import { openHolds, moveHolds, type HoldRow } from '../../record/accepting/holds.ts'
import { findAccounts, knownAccounts, type FoundAccount, type KnownAccount } from '../../record/accepting/known-accounts.ts'
import { addPeople, findPeople, keyText, type NewPerson, type UpstreamKey } from '../../record/accepting/known-people.ts'
import { writeParties } from '../../record/accepting/write-accounts.ts'
import { newId } from '../../record/id.ts'
import type { Database } from '../../record/schema.ts'
import type { Actor, Shell } from '../shell.ts'
import { AccountDraft } from './account-draft.ts'
import type { AccountAnswer } from './answers.ts'
import { conflictHold } from './conflict-hold.ts'
import { conflictsIn } from './conflicts.ts'
import { lockPeople } from './lock-people.ts'
import { differs, followBalance, mergeAccount } from './merge-account.ts'
import { mergePerson } from './merge-person.ts'
import { mergeVariables } from './merge-variables.ts'
import type { PersonDraft } from './person-draft.ts'
import { noDrafts, writeDrafts, type Drafts } from './write-drafts.ts'
import { badField, creditorOf } from './whose.ts'
import { Overtaken, writing } from './writing.ts'

/** One account to be put. */
export interface AccountPut {
  id: string
  body: AccountBody
}

/** What became of one of them; a refusal of one is nothing to the others. */
export type AccountPutResult = { ok: true; answer: AccountAnswer } | { ok: false; error: DecorumError }

interface Item {
  index: number
  key: UpstreamKey
  personKey: UpstreamKey | null
  creditor: Creditor
  body: AccountBody
}

/** Puts one account: `PUT /v1/accounts/{id}`. */
export async function acceptAccount(shell: Shell, actor: Actor, id: string, body: AccountBody): Promise<AccountAnswer> {
  const [result] = await acceptAccounts(shell, actor, [{ id, body }])
  if (result === undefined) throw new RangeError('one account was put and none answered')
  if (!result.ok) throw result.error
  return result.answer
}

/**
 * Puts several accounts in one transaction, with a fixed number of statements however many they are.
 *
 * No account may stand in it twice. Older facts than those known change nothing; facts of the same
 * instant are taken as a correction; facts that contradict each other hold the account until
 * consistent ones come.
 */
export async function acceptAccounts(shell: Shell, actor: Actor, puts: readonly AccountPut[]): Promise<AccountPutResult[]> {
  const refused = new Map<number, DecorumError>()
  const items = puts.flatMap((put, index): Item[] => {
    try {
      const creditor = creditorOf(shell, actor, put.body.creditor)
      const person = put.body.recipient?.id ?? put.body.recipientId
      return [{
        index, creditor, body: put.body, key: { creditor: creditor.id, externalId: put.id },
        personKey: person === undefined ? null : { creditor: creditor.id, externalId: person },
      }]
    } catch (error) {
      refused.set(index, refusal(error))
      return []
    }
  })
  const answers = items.length === 0 ? new Map<number, AccountPutResult>() : await writing(shell, (trx) => putAll(shell, actor, trx, items))
  return puts.map((_, index) => {
    const error = refused.get(index)
    return error === undefined ? answers.get(index) as AccountPutResult : { ok: false, error }
  })
}

async function putAll(shell: Shell, actor: Actor, trx: Transaction<Database>, stated: readonly Item[]): Promise<Map<number, AccountPutResult>> {
  const began = new Date(shell.clock.now())
  const found = await findAccounts(trx, stated.map((item) => item.key))
  const results = new Map<number, AccountPutResult>()
  const items = stated.filter((item) => {
    const error = found.has(keyText(item.key)) ? null : lacking(shell, actor, item)
    if (error !== null) results.set(item.index, { ok: false, error })
    return error === null
  })
  const people = await bringPeople(shell, trx, items, began)
  const drafts = await lockPeople(trx, shell.vault, items.flatMap((item) => [
    ...idsOf(found.get(keyText(item.key))?.recipientId),
    ...idsOf(item.personKey === null ? undefined : people.get(keyText(item.personKey))).map(({ id }) => ({ id, addresses: item.body.recipient?.addresses })),
  ]), began)
  const known = new Map((await knownAccounts(trx, [...found.values()].map((account) => account.id))).map((account) => [account.row.id, account]))
  const holds = await openHolds(trx, [...drafts.keys()])
  const now = shell.clock.now()
  const put = new Puts(shell, actor, now, found, people, drafts, known, holds)
  for (const item of items) results.set(item.index, put.one(item))
  await writeDrafts(shell, trx, put.drafts, actor.name, now)
  for (const { accountId, recipientId } of put.moved) await moveHolds(trx, accountId, recipientId)
  for (const { accountId, parties } of put.parties) await writeParties(trx, accountId, parties)
  return results
}

const idsOf = (id: string | undefined): { id: string }[] => (id === undefined ? [] : [{ id }])

/** Our ids of the people that these accounts name; people stated for the first time are added. */
async function bringPeople(shell: Shell, trx: Transaction<Database>, items: readonly Item[], at: Date): Promise<Map<string, string>> {
  const keys = items.flatMap((item) => [
    ...(item.personKey === null ? [] : [item.personKey]),
    ...(item.body.parties ?? []).map((party) => ({ creditor: item.creditor.id, externalId: party.recipientId })),
  ])
  const known = await findPeople(trx, keys)
  const missing = new Map(items.flatMap((item): [string, NewPerson][] => {
    if (item.personKey === null || item.body.recipient === undefined || known.has(keyText(item.personKey))) return []
    const { wrapped, keyId } = shell.vault.newDataKey()
    return [[keyText(item.personKey), { ...item.personKey, id: newId(), dataKey: wrapped, dataKeyId: keyId }]]
  }))
  if (missing.size === 0) return known
  await addPeople(trx, [...missing.values()], at)
  return new Map([...known, ...(await findPeople(trx, [...missing.values()]))])
}

/** What a new account cannot be registered without; asked before its person is added. Null: nothing. */
function lacking(shell: Shell, actor: Actor, { body, creditor, personKey, key }: Item): DecorumError | null {
  try {
    if (personKey === null) throw badField('recipient', 'is missing', 'A new account states its recipient, or recipientId of one that is known.')
    mergeAccount(null, { id: '', externalId: key.externalId, recipientId: '', live: actor.live }, body, creditor, shell.config.ladders, 0)
    return null
  } catch (error) {
    return refusal(error)
  }
}

const refusal = (error: unknown): DecorumError => {
  if (error instanceof DecorumError) return error
  throw error
}

/** Goes through the accounts of one transaction, in memory. */
class Puts {
  readonly drafts: Drafts = noDrafts()
  readonly moved: { accountId: string; recipientId: string }[] = []
  readonly parties: { accountId: string; parties: { recipientId: string; relation: string }[] }[] = []
  readonly #shell: Shell
  readonly #actor: Actor
  readonly #now: Instant
  readonly #found: ReadonlyMap<string, FoundAccount>
  readonly #people: ReadonlyMap<string, string>
  readonly #known: ReadonlyMap<string, KnownAccount>
  readonly #holds: readonly HoldRow[]
  readonly #byId: ReadonlyMap<string, PersonDraft>

  constructor(
    shell: Shell, actor: Actor, now: Instant, found: ReadonlyMap<string, FoundAccount>, people: ReadonlyMap<string, string>,
    drafts: ReadonlyMap<string, PersonDraft>, known: ReadonlyMap<string, KnownAccount>, holds: readonly HoldRow[],
  ) {
    this.#shell = shell
    this.#actor = actor
    this.#now = now
    this.#found = found
    this.#people = people
    this.#known = known
    this.#holds = holds
    this.#byId = drafts
    this.drafts.people = [...drafts.values()]
  }

  one(item: Item): AccountPutResult {
    try {
      return { ok: true, answer: this.#put(item) }
    } catch (error) {
      return { ok: false, error: refusal(error) }
    }
  }

  #put(item: Item): AccountAnswer {
    const { body, creditor } = item
    const found = this.#found.get(keyText(item.key))
    const known = found === undefined ? null : this.#known.get(found.id) ?? null
    if (found !== undefined && (known === null || !this.#byId.has(known.row.recipient_id))) throw new Overtaken('the account changed hands')
    const named = { id: item.key.externalId, creditor: creditor.id }
    if (known !== null && body.asOf < known.row.as_of.getTime()) return { applied: false, reason: 'older_than_known', ...named }
    if (known?.row.live === true && !this.#actor.live) throw new DecorumError('DECORUM_FORBIDDEN', 'a test key cannot change a live account')
    const person = this.#personOf(item, known)
    const fresh = { id: known?.row.id ?? newId(), externalId: item.key.externalId, recipientId: person.row.id, live: this.#actor.live }
    const parties = body.parties?.map((party, i) => ({ recipientId: this.#party(item, party.recipientId, i), relation: party.relation }))
    const row = mergeAccount(known?.row ?? null, fresh, body, creditor, this.#shell.config.ladders, this.#now)
    const personChanged = body.recipient === undefined ? 'unchanged' : mergePerson(person, body.recipient, body.recipient.asOf ?? body.asOf, this.#now, this.#shell.vault)
    const owner = this.#byId.get(row.recipient_id) as PersonDraft
    const variablesChanged = mergeVariables(row, owner, person, body.variables, this.#shell.vault)
    if (row.recipient_id !== person.row.id) {
      this.moved.push({ accountId: row.id, recipientId: person.row.id })
      row.recipient_id = person.row.id
    }
    followBalance(row, body.dueDate !== undefined)
    const changed = known === null || variablesChanged || differs(known.row, row)
    const draft = new AccountDraft(row, known)
    draft.dirty = changed || known === null || body.asOf !== known.row.as_of.getTime()
    // A newer balance may cure a stale one, so it wakes what waits even when nothing else changed.
    if (draft.dirty || personChanged === 'changed') draft.wake()
    if (parties !== undefined) this.parties.push({ accountId: row.id, parties })
    const conflicts = conflictsIn(row, body, creditor.bookZone)
    const held = conflictHold(person, row, conflicts, this.#holds, this.#actor.name, this.#now)
    this.drafts.newHolds.push(...held.opened)
    this.drafts.endedHolds.push(...held.ended)
    draft.followSpell(this.#shell, this.#now)
    if (known !== null && known.row.recipient_id !== row.recipient_id) draft.waiting = { cancelled: 'recipient_changed' }
    this.drafts.accounts.push(draft)
    const ended = new Set(held.ended.map((hold) => hold.id))
    const standing = [...this.#holds, ...held.opened].filter((hold) => !ended.has(hold.id)
      && (hold.account_id === null ? hold.recipient_id === person.row.id : hold.account_id === row.id)
      && (hold.ends_at === null || hold.ends_at.getTime() > this.#now))
    return { applied: true, ...named, changed: changed || personChanged === 'changed', state: row.state, holds: [...new Set(standing.map((hold) => hold.kind))], conflicts }
  }

  #personOf(item: Item, known: KnownAccount | null): PersonDraft {
    if (item.personKey === null) {
      return this.#byId.get((known as KnownAccount).row.recipient_id) as PersonDraft
    }
    const id = this.#people.get(keyText(item.personKey))
    const person = id === undefined ? undefined : this.#byId.get(id)
    if (person === undefined) throw badField('recipientId', 'is not a known recipient', 'Put the recipient first, or state recipient in full.')
    return person
  }

  #party(item: Item, externalId: string, index: number): string {
    const id = this.#people.get(keyText({ creditor: item.creditor.id, externalId }))
    if (id === undefined) throw badField(`parties[${index}].recipientId`, 'is not a known recipient', 'Put the recipient first.')
    return id
  }
}
