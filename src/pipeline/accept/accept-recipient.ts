import type { Transaction } from 'kysely'
import type { AccountBody } from '../../intake/account-body.ts'
import type { RecipientBody, RecipientInAccount } from '../../intake/recipient-body.ts'
import { timesOfRecipient } from '../../intake/times-of-facts.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Instant } from '../../model/time.ts'
import { newId } from '../../record/id.ts'
import { addRecipients, findRecipients, keyText, type UpstreamKey } from '../../record/recipients.ts'
import { wakeRecipient } from '../../record/reminders.ts'
import type { Database } from '../../record/schema.ts'
import type { Vault } from '../../record/vault/vault.ts'
import type { RecipientAnswer } from '../../report/views/operations.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { withAddressNames } from './address-names.ts'
import { mergeRecipient, newRecipient, refuseErased, type RecipientDraft } from './merge-recipient.ts'
import { creditorOf, refuseFuture, refuseOtherSide } from './resolve-creditor.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { ConcurrentModification, inWriteTransaction, lockRecipientDrafts } from './write-transaction.ts'

/** Registers or updates one recipient: `PUT /v1/recipients/{id}`. */
export async function acceptRecipient(
  runtime: Runtime,
  actor: Actor,
  id: string,
  body: RecipientBody,
): Promise<RecipientAnswer> {
  const creditor = creditorOf(runtime, actor, body.creditor)
  refuseFuture(runtime, timesOfRecipient(body), runtime.clock.now())
  const key = { creditor: creditor.id, externalId: id }
  return inWriteTransaction(runtime, actor, async (opened) => {
    const vault = await withAddressNames(opened, runtime.vault, body.addresses ?? [])
    const began = runtime.clock.now()
    const known = (await findRecipients(opened, [key])).get(keyText(key))
    const added = known === undefined ? newRecipient(newId(), key, vault.newDataKey(), began, actor) : null
    if (added !== null && (await addRecipients(opened, [added.row])) === null)
      throw new ConcurrentModification('the recipient was added meanwhile')
    const recipientId = known ?? (added as RecipientDraft).row.id
    const { trx, recipients: drafts } = await lockRecipientDrafts(
      opened,
      vault,
      [{ id: recipientId, addresses: body.addresses }],
      new Date(began),
      new Map(added === null ? [] : [[recipientId, added]]),
    )
    const recipient = drafts.get(recipientId) as RecipientDraft
    const now = runtime.clock.now()
    const named = { id, creditor: creditor.id }
    refuseOtherSide(actor, recipient.row, 'recipient')
    refuseErased(recipient)
    const merged = mergeRecipient(recipient, body, body.asOf ?? now, now, vault)
    if (merged === 'older') return { applied: false, reason: 'older_than_known', ...named }
    await writeDrafts(runtime, trx, { ...noDrafts(), recipients: [recipient] }, actor.name, now)
    if (merged === 'changed') await wakeRecipient(trx, recipient.row.id, new Date(now))
    return {
      applied: true,
      changed: added !== null || merged === 'changed',
      ...named,
      ...(body.warnings === undefined ? {} : { warnings: body.warnings }),
    }
  })
}

/** One account of a transaction, with its creditor resolved. */
export interface AccountItem {
  /** Its position in the request. */
  index: number
  key: UpstreamKey
  /** Null: the body names no recipient. */
  recipientKey: UpstreamKey | null
  creditor: Creditor
  body: AccountBody
}

/** The recipients that the accounts of a transaction name. */
export interface Recipients {
  /** Our ids, by `keyText`. */
  ids: ReadonlyMap<string, string>
  /** Recipients that this transaction has added, by our id. */
  added: ReadonlyMap<string, RecipientDraft>
  /** Bodies that were merged when their recipient was added. */
  merged: ReadonlySet<RecipientInAccount>
}

/**
 * Finds the recipients that these accounts name; those stated for the first time are added.
 *
 * A new recipient of a new account is inserted complete: one statement, where inserting first and
 * merging afterwards takes five.
 *
 * @param isKnown  whether the account is known; then its facts about the recipient may be too old to count
 * @throws         ConcurrentModification when another transaction added one of them at the same time
 */
export async function recipientsOfAccounts(
  trx: Transaction<Database>,
  vault: Vault,
  actor: Actor,
  items: readonly AccountItem[],
  isKnown: (item: AccountItem) => boolean,
  now: Instant,
): Promise<Recipients> {
  const found = await findRecipients(
    trx,
    items.flatMap((item) => [
      ...(item.recipientKey === null ? [] : [item.recipientKey]),
      ...(item.body.parties ?? []).map((party) => ({ creditor: item.creditor.id, externalId: party.recipientId })),
    ]),
  )
  const missing = new Map<string, RecipientDraft>()
  const merged = new Set<RecipientInAccount>()
  for (const item of items) {
    const { body, recipientKey } = item
    if (recipientKey === null || body.recipient === undefined) continue
    const text = keyText(recipientKey)
    if (found.has(text) || missing.has(text)) continue
    const recipient = newRecipient(newId(), recipientKey, vault.newDataKey(), now, actor)
    missing.set(text, recipient)
    // An account that names unknown parties is refused, and must not leave its facts behind.
    if (isKnown(item) || body.parties !== undefined) continue
    mergeRecipient(recipient, body.recipient, body.recipient.asOf ?? body.asOf, now, vault)
    merged.add(body.recipient)
  }
  const drafts = [...missing.values()]
  if (
    (await addRecipients(
      trx,
      drafts.map((draft) => draft.row),
    )) === null
  )
    throw new ConcurrentModification('a recipient was added meanwhile')
  for (const draft of drafts) draft.dirty = false
  return {
    ids: new Map([...found, ...[...missing].map(([key, draft]) => [key, draft.row.id] as const)]),
    added: new Map(drafts.map((draft) => [draft.row.id, draft])),
    merged,
  }
}
