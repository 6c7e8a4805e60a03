import { isDeepStrictEqual } from 'node:util'
import type { AccountBody } from '../../intake/account-body.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import { type Instant, isInFuture } from '../../model/time.ts'
import type { HoldKind } from '../../model/vocabulary.ts'
import { type Balance, overdueOf, restate, type Restated } from '../../plan/balance.ts'
import type { FoundAccount, KnownAccount, StoredAccount } from '../../record/accounts.ts'
import type { BalanceEvent } from '../../record/events.ts'
import type { HoldRow } from '../../record/holds.ts'
import { keyText } from '../../record/recipients.ts'
import { accountVariables, type Vault } from '../../record/vault/vault.ts'
import type { AccountAnswer } from '../../report/views/operations.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { AccountDraft } from './account-draft.ts'
import type { AccountItem, Recipients } from './accept-recipient.ts'
import { balanceIn, balanceOf, conflictsIn, differs, setBalance, deriveState, mergeAccount } from './merge-account.ts'
import { type Merged, mergeRecipient, type RecipientDraft } from './merge-recipient.ts'
import { conflictHold, type FactsFound } from './holds.ts'
import { invalidField } from './resolve-creditor.ts'
import { type Drafts, noDrafts } from './write-drafts.ts'
import { ConcurrentModification } from './write-transaction.ts'

/** What became of one account; a refusal of one is nothing to the others. */
export type AccountPutResult = { ok: true; answer: AccountAnswer } | { ok: false; error: DecorumError }

const NOT_AS_RECKONED = 'what is overdue is not what was reckoned from the payments that were reported'

/** An expected refusal as a value; anything else is thrown on. */
export const refusal = (error: unknown): DecorumError => {
  if (error instanceof DecorumError) return error
  throw error
}

/** What was not taken of the recipient. */
const warningsOf = ({ recipient }: AccountBody): { warnings?: Fault[] } =>
  recipient?.warnings === undefined ? {} : { warnings: recipient.warnings }

/** What was found, locked and read before the accounts are gone through. */
interface Before {
  /** Accounts that are known, by `keyText`, and as they stand under their locks, by id. */
  found: ReadonlyMap<string, FoundAccount>
  known: ReadonlyMap<string, KnownAccount>
  /** Those that are new, as they will be added once it is known to whom they belong. */
  fresh: ReadonlyMap<AccountItem, StoredAccount>
  recipients: Recipients
  drafts: ReadonlyMap<string, RecipientDraft>
  /** The people's pauses that nobody has ended. */
  holds: readonly HoldRow[]
  /** What was reported of the payments of accounts whose snapshot is dated before the last report. */
  reported: readonly BalanceEvent[]
}

/** Goes through the accounts of one transaction, in memory. */
export class AccountPuts {
  readonly drafts: Drafts = noDrafts()
  readonly moved: { accountId: string; recipientId: string }[] = []
  readonly parties: { accountId: string; parties: { recipientId: string; relation: string }[] }[] = []
  readonly #runtime: Runtime
  readonly #actor: Actor
  readonly #now: Instant
  readonly #before: Before
  readonly #byId: ReadonlyMap<string, RecipientDraft>

  constructor(runtime: Runtime, actor: Actor, now: Instant, before: Before) {
    this.#runtime = runtime
    this.#actor = actor
    this.#now = now
    this.#before = before
    this.#byId = before.drafts
    this.drafts.recipients = [...before.drafts.values()]
  }

  one(item: AccountItem): AccountPutResult {
    try {
      return { ok: true, answer: this.#put(item) }
    } catch (error) {
      return { ok: false, error: refusal(error) }
    }
  }

  #put(item: AccountItem): AccountAnswer {
    const { body, creditor } = item
    const found = this.#before.found.get(keyText(item.key))
    const known = found === undefined ? null : (this.#before.known.get(found.id) ?? null)
    if (found !== undefined && (known === null || !this.#byId.has(known.row.recipient_id)))
      throw new ConcurrentModification('the account changed hands')
    const named = { id: item.key.externalId, creditor: creditor.id }
    const isAhead = known !== null && isInFuture(known.row.as_of.getTime(), this.#now)
    const restated = known === null ? null : this.#restate(known.row, body)
    const isOlder = known !== null && !isAhead && (body.asOf < known.row.as_of.getTime() || restated?.kind === 'older')
    if (isOlder && restated?.kind !== 'contradicts') return { applied: false, reason: 'older_than_known', ...named }
    if (known?.row.live === true && !this.#actor.live)
      throw new DecorumError('DECORUM_FORBIDDEN', 'a test key cannot change a live account')
    if (isOlder)
      return {
        ...named,
        ...this.#learnBalanceOnly(known as KnownAccount, (restated as { balance: Balance }).balance, body),
      }
    const person = this.#recipientOf(item, known)
    const parties = body.parties?.map((party, i) => ({
      recipientId: this.#party(item, party.recipientId, i),
      relation: party.relation,
    }))
    const row =
      known === null ? this.#firstRow(item, person) : mergeAccount(known.row, body, this.#runtime.config.ladders)
    const recipientChanged = this.#learn(person, body)
    const owner = this.#byId.get(row.recipient_id) as RecipientDraft
    const variablesChanged = mergeVariables(row, owner, person, body.variables, this.#runtime.vault)
    if (row.recipient_id !== person.row.id) {
      this.moved.push({ accountId: row.id, recipientId: person.row.id })
      row.recipient_id = person.row.id
    }
    if (restated !== null && restated.kind !== 'older') setBalance(row, restated.balance)
    // Facts that do not state the balance do not make one known that is dated ahead.
    if (isAhead && body.overdue === undefined) row.as_of = known.row.as_of
    deriveState(row, body.dueDate !== undefined)
    const changed = known === null || variablesChanged || differs(known.row, row)
    const draft = new AccountDraft(row, known)
    draft.dirty =
      changed ||
      known === null ||
      row.as_of.getTime() !== known.row.as_of.getTime() ||
      row.stated_minor !== known.row.stated_minor
    // A newer balance may cure a stale one, so it wakes what waits even when nothing else changed.
    if (draft.dirty || recipientChanged === 'changed') draft.wake()
    if (parties !== undefined) this.parties.push({ accountId: row.id, parties })
    const conflicts = conflictsIn(row, body, creditor.bookZone)
    const doubt = restated?.kind === 'contradicts' ? NOT_AS_RECKONED : null
    const held = this.#hold(person, row, { conflicts, balanceAt: body.overdue === undefined ? null : body.asOf, doubt })
    draft.updateSpell(this.#runtime, this.#now, held.afterReversal)
    if (known !== null && known.row.recipient_id !== row.recipient_id)
      draft.waiting = { cancelled: 'recipient_changed' }
    this.drafts.accounts.push(draft)
    return {
      applied: true,
      ...named,
      changed: changed || recipientChanged === 'changed',
      state: row.state,
      holds: held.standing,
      conflicts: doubt === null ? conflicts : [...conflicts, doubt],
      ...warningsOf(body),
    }
  }

  /** What a snapshot says of a known account's balance; null: nothing. */
  #restate(row: StoredAccount, body: AccountBody): Restated | null {
    if (body.overdue === undefined || body.overdue.currency !== row.currency) return null
    return restate(
      balanceOf(row, this.#before.reported),
      balanceIn(body.overdue, row.currency, 'overdue.amount'),
      body.asOf,
      this.#now,
    )
  }

  /** An older snapshot that contradicts what was reckoned for then: nothing else of it counts, and the account is held. */
  #learnBalanceOnly(
    known: KnownAccount,
    balance: Balance,
    body: AccountBody,
  ): Omit<Extract<AccountAnswer, { applied: true }>, 'id' | 'creditor'> {
    const person = this.#byId.get(known.row.recipient_id) as RecipientDraft
    const draft = new AccountDraft({ ...known.row }, known)
    const { row } = draft
    const changed = overdueOf(balance) !== row.overdue_minor
    setBalance(row, balance)
    if (changed) row.overdue_parts = {}
    deriveState(row, false)
    draft.wake()
    const held = this.#hold(person, row, { conflicts: [], balanceAt: body.asOf, doubt: NOT_AS_RECKONED })
    draft.updateSpell(this.#runtime, this.#now)
    this.drafts.accounts.push(draft)
    return { applied: true, changed, state: row.state, holds: held.standing, conflicts: [NOT_AS_RECKONED] }
  }

  #hold(
    person: RecipientDraft,
    row: StoredAccount,
    found: FactsFound,
  ): { standing: HoldKind[]; afterReversal: boolean } {
    const { opened, ended, afterReversal } = conflictHold(
      person,
      row,
      found,
      this.#before.holds,
      this.#actor.name,
      this.#now,
    )
    this.drafts.newHolds.push(...opened)
    this.drafts.endedHolds.push(...ended)
    const over = new Set(ended.map((hold) => hold.id))
    const standing = [...this.#before.holds, ...opened].filter(
      (hold) =>
        !over.has(hold.id) &&
        (hold.account_id === null ? hold.recipient_id === person.row.id : hold.account_id === row.id) &&
        (hold.ends_at === null || hold.ends_at.getTime() > this.#now),
    )
    return { standing: [...new Set(standing.map((hold) => hold.kind))], afterReversal }
  }

  #firstRow(item: AccountItem, person: RecipientDraft): StoredAccount {
    const row = this.#before.fresh.get(item) as StoredAccount
    row.recipient_id = person.row.id
    row.created_at = row.updated_at = new Date(this.#now)
    return row
  }

  #learn(person: RecipientDraft, { recipient, asOf }: AccountBody): Merged {
    if (recipient === undefined) return 'unchanged'
    if (this.#before.recipients.merged.has(recipient)) return 'changed'
    return mergeRecipient(person, recipient, recipient.asOf ?? asOf, this.#now, this.#runtime.vault)
  }

  #recipientOf(item: AccountItem, known: KnownAccount | null): RecipientDraft {
    if (item.recipientKey === null) {
      return this.#byId.get((known as KnownAccount).row.recipient_id) as RecipientDraft
    }
    const id = this.#before.recipients.ids.get(keyText(item.recipientKey))
    const person = id === undefined ? undefined : this.#byId.get(id)
    if (person === undefined)
      throw invalidField(
        'recipientId',
        'is not a known recipient',
        'Put the recipient first, or state recipient in full.',
      )
    return person
  }

  #party(item: AccountItem, externalId: string, index: number): string {
    const id = this.#before.recipients.ids.get(keyText({ creditor: item.creditor.id, externalId }))
    if (id === undefined)
      throw invalidField(`parties[${index}].recipientId`, 'is not a known recipient', 'Put the recipient first.')
    return id
  }
}

/**
 * Seals the account's variables, stated as a whole, under its person's key; answers whether they changed.
 *
 * @param owner   whose key seals what is known; another than `person` when the account changes hands
 * @param stated  undefined: as they were
 */
function mergeVariables(
  row: StoredAccount,
  owner: RecipientDraft,
  recipient: RecipientDraft,
  stated: Record<string, string> | undefined,
  vault: Vault,
): boolean {
  if (stated === undefined && owner === recipient) return false
  const place = accountVariables(row.id)
  const known =
    row.variables === null
      ? {}
      : (JSON.parse(vault.open(owner.dataKey(vault), place, row.variables)) as Record<string, string>)
  const wanted = stated ?? known
  const same = isDeepStrictEqual(known, wanted)
  if (same && owner === recipient) return false
  row.variables =
    Object.keys(wanted).length === 0 ? null : vault.seal(recipient.dataKey(vault), place, JSON.stringify(wanted))
  return !same
}
