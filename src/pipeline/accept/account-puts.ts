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
import { type Merged, mergeRecipient, type RecipientDraft, refuseErased } from './merge-recipient.ts'
import { conflictHold, type FactsFound } from './holds.ts'
import { invalidField, refuseOtherSide } from './resolve-creditor.ts'
import { type Drafts, noDrafts } from './write-drafts.ts'
import { sealAccountWords } from './account-words.ts'
import { ConcurrentModification } from './write-transaction.ts'

/** The result for one account; an error for one does not affect the others. */
export type AccountPutResult = { ok: true; answer: AccountAnswer } | { ok: false; error: DecorumError }

const BALANCE_MISMATCH = 'the overdue amount differs from the one calculated from reported payments'

/** The error as a value if it is an expected one; rethrows anything else. */
export const refusal = (error: unknown): DecorumError => {
  if (error instanceof DecorumError) return error
  throw error
}

/** Fields of the recipient that were left out. */
const warningsOf = ({ recipient }: AccountBody): { warnings?: Fault[] } =>
  recipient?.warnings === undefined ? {} : { warnings: recipient.warnings }

/** What was locked and read before the accounts are merged. */
interface LockedState {
  /** Known accounts by `keyText`, as found before locking. */
  found: ReadonlyMap<string, FoundAccount>
  /** Known accounts by id, as read under their locks. */
  known: ReadonlyMap<string, KnownAccount>
  /** Rows of new accounts, whose recipient is still to be filled in. */
  added: ReadonlyMap<AccountItem, StoredAccount>
  recipients: Recipients
  drafts: ReadonlyMap<string, RecipientDraft>
  /** The recipients' holds that have not been ended. */
  holds: readonly HoldRow[]
  /** Balance events of accounts whose new snapshot is not dated after their last report. */
  reported: readonly BalanceEvent[]
}

/** Merges the accounts of one transaction in memory, and collects what is to be written. */
export class AccountPuts {
  readonly drafts: Drafts = noDrafts()
  readonly moved: { accountId: string; recipientId: string }[] = []
  readonly parties: { accountId: string; parties: { recipientId: string; relation: string }[] }[] = []
  readonly #runtime: Runtime
  readonly #actor: Actor
  readonly #now: Instant
  readonly #state: LockedState
  readonly #byId: ReadonlyMap<string, RecipientDraft>

  constructor(runtime: Runtime, actor: Actor, now: Instant, state: LockedState) {
    this.#runtime = runtime
    this.#actor = actor
    this.#now = now
    this.#state = state
    this.#byId = state.drafts
    this.drafts.recipients = [...state.drafts.values()]
  }

  put(item: AccountItem): AccountPutResult {
    try {
      return { ok: true, answer: this.#merge(item) }
    } catch (error) {
      return { ok: false, error: refusal(error) }
    }
  }

  #merge(item: AccountItem): AccountAnswer {
    const { body, creditor } = item
    const found = this.#state.found.get(keyText(item.key))
    const known = found === undefined ? null : (this.#state.known.get(found.id) ?? null)
    if (found !== undefined && (known === null || !this.#byId.has(known.row.recipient_id)))
      throw new ConcurrentModification('the account was moved to another recipient meanwhile')
    const holder = known === null ? undefined : this.#byId.get(known.row.recipient_id)
    if (holder !== undefined) refuseErased(holder)
    const named = { id: item.key.externalId, creditor: creditor.id }
    const isAhead = known !== null && isInFuture(known.row.as_of.getTime(), this.#now)
    const restated = known === null ? null : this.#restate(known.row, body)
    const isOlder = known !== null && !isAhead && (body.asOf < known.row.as_of.getTime() || restated?.kind === 'older')
    if (isOlder && restated?.kind !== 'contradicts') return { applied: false, reason: 'older_than_known', ...named }
    if (known !== null) refuseOtherSide(this.#actor, known.row, 'account')
    if (isOlder)
      return {
        ...named,
        ...this.#mergeBalanceOnly(known as KnownAccount, (restated as { balance: Balance }).balance, body),
      }
    const recipient = this.#recipientOf(item, known)
    refuseOtherSide(this.#actor, recipient.row, 'recipient')
    refuseErased(recipient)
    const parties = body.parties?.map((party, i) => ({
      recipientId: this.#party(item, party.recipientId, i),
      relation: party.relation,
    }))
    const row =
      known === null ? this.#newRow(item, recipient) : mergeAccount(known.row, body, this.#runtime.config.ladders)
    const recipientMerge = this.#mergeRecipient(recipient, body)
    const owner = this.#byId.get(row.recipient_id) as RecipientDraft
    sealAccountWords(row, known?.row ?? null, { owner, recipient }, body, this.#runtime.vault)
    const variablesChanged = mergeVariables(row, owner, recipient, body.variables, this.#runtime.vault)
    if (row.recipient_id !== recipient.row.id) {
      this.moved.push({ accountId: row.id, recipientId: recipient.row.id })
      row.recipient_id = recipient.row.id
    }
    if (restated !== null && restated.kind !== 'older') setBalance(row, restated.balance)
    // Facts without a balance leave the date of a balance dated in the future as it is.
    if (isAhead && body.overdue === undefined) row.as_of = known.row.as_of
    deriveState(row, body.dueDate !== undefined)
    const changed = known === null || variablesChanged || differs(known.row, row)
    const draft = new AccountDraft(row, known)
    draft.dirty =
      changed ||
      known === null ||
      row.as_of.getTime() !== known.row.as_of.getTime() ||
      row.stated_minor !== known.row.stated_minor
    // A newer balance may replace a stale one, so waiting reminders are woken even when nothing else changed.
    if (draft.dirty || recipientMerge === 'changed') draft.wake()
    if (parties !== undefined) this.parties.push({ accountId: row.id, parties })
    const conflicts = conflictsIn(row, body, creditor.bookZone)
    const doubt = restated?.kind === 'contradicts' ? BALANCE_MISMATCH : null
    const held = this.#hold(recipient, row, {
      conflicts,
      balanceAt: body.overdue === undefined ? null : body.asOf,
      doubt,
    })
    draft.updateSpell(this.#runtime, this.#now, held.afterReversal)
    if (known !== null && known.row.recipient_id !== row.recipient_id)
      draft.waiting = { cancelled: 'recipient_changed' }
    this.drafts.accounts.push(draft)
    return {
      applied: true,
      ...named,
      changed: changed || recipientMerge === 'changed',
      state: row.state,
      holds: held.standing,
      conflicts: doubt === null ? conflicts : [...conflicts, doubt],
      ...warningsOf(body),
    }
  }

  /** The balance of a known account after this snapshot; null: the snapshot states none. */
  #restate(row: StoredAccount, body: AccountBody): Restated | null {
    if (body.overdue === undefined || body.overdue.currency !== row.currency) return null
    return restate(
      balanceOf(row, this.#state.reported),
      balanceIn(body.overdue, row.currency, 'overdue.amount'),
      body.asOf,
      this.#now,
    )
  }

  /** Applies only the balance of an older snapshot that contradicts the one calculated for its date; the account is held. */
  #mergeBalanceOnly(
    known: KnownAccount,
    balance: Balance,
    body: AccountBody,
  ): Omit<Extract<AccountAnswer, { applied: true }>, 'id' | 'creditor'> {
    const recipient = this.#byId.get(known.row.recipient_id) as RecipientDraft
    const draft = new AccountDraft({ ...known.row }, known)
    const { row } = draft
    const changed = overdueOf(balance) !== row.overdue_minor
    setBalance(row, balance)
    if (changed) row.overdue_parts = {}
    deriveState(row, false)
    draft.wake()
    const held = this.#hold(recipient, row, { conflicts: [], balanceAt: body.asOf, doubt: BALANCE_MISMATCH })
    draft.updateSpell(this.#runtime, this.#now)
    this.drafts.accounts.push(draft)
    return { applied: true, changed, state: row.state, holds: held.standing, conflicts: [BALANCE_MISMATCH] }
  }

  #hold(
    recipient: RecipientDraft,
    row: StoredAccount,
    found: FactsFound,
  ): { standing: HoldKind[]; afterReversal: boolean } {
    const { opened, ended, afterReversal } = conflictHold(
      recipient,
      row,
      found,
      this.#state.holds,
      this.#actor.name,
      this.#now,
    )
    this.drafts.newHolds.push(...opened)
    this.drafts.endedHolds.push(...ended)
    const endedIds = new Set(ended.map((hold) => hold.id))
    const standing = [...this.#state.holds, ...opened].filter(
      (hold) =>
        !endedIds.has(hold.id) &&
        (hold.account_id === null ? hold.recipient_id === recipient.row.id : hold.account_id === row.id) &&
        (hold.ends_at === null || hold.ends_at.getTime() > this.#now),
    )
    return { standing: [...new Set(standing.map((hold) => hold.kind))], afterReversal }
  }

  #newRow(item: AccountItem, recipient: RecipientDraft): StoredAccount {
    const row = this.#state.added.get(item) as StoredAccount
    row.recipient_id = recipient.row.id
    row.created_at = row.updated_at = new Date(this.#now)
    return row
  }

  #mergeRecipient(draft: RecipientDraft, { recipient, asOf }: AccountBody): Merged {
    if (recipient === undefined) return 'unchanged'
    if (this.#state.recipients.merged.has(recipient)) return 'changed'
    return mergeRecipient(draft, recipient, recipient.asOf ?? asOf, this.#now, this.#runtime.vault)
  }

  #recipientOf(item: AccountItem, known: KnownAccount | null): RecipientDraft {
    if (item.recipientKey === null) {
      return this.#byId.get((known as KnownAccount).row.recipient_id) as RecipientDraft
    }
    const id = this.#state.recipients.ids.get(keyText(item.recipientKey))
    const recipient = id === undefined ? undefined : this.#byId.get(id)
    if (recipient === undefined)
      throw invalidField(
        'recipientId',
        'is not a known recipient',
        'Put the recipient first, or state recipient in full.',
      )
    return recipient
  }

  #party(item: AccountItem, externalId: string, index: number): string {
    const id = this.#state.recipients.ids.get(keyText({ creditor: item.creditor.id, externalId }))
    if (id === undefined)
      throw invalidField(`parties[${index}].recipientId`, 'is not a known recipient', 'Put the recipient first.')
    return id
  }
}

/**
 * Seals the account's variables, stated as a whole, under its recipient's key; returns whether they changed.
 *
 * @param owner   the recipient whose key sealed the known ones; not `recipient` when the account moves to another
 * @param stated  undefined: unchanged
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
