import type { Transaction } from 'kysely'
import type { AccountBody } from '../../intake/account-body.ts'
import type { RecipientInAccount } from '../../intake/recipient-body.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Instant } from '../../model/time.ts'
import { newId } from '../../record/id.ts'
import { addRecipients, findRecipients, keyText, type UpstreamKey } from '../../record/recipients.ts'
import type { Database } from '../../record/schema.ts'
import type { Vault } from '../../record/vault/vault.ts'
import { mergeRecipient, newRecipient, type RecipientDraft } from './merge-recipient.ts'
import { ConcurrentModification } from './write-transaction.ts'

/** One account of a transaction, once it is known whose it is. */
export interface AccountItem {
  /** Its place among what was put. */
  index: number
  key: UpstreamKey
  /** Null: no person is named. */
  recipientKey: UpstreamKey | null
  creditor: Creditor
  body: AccountBody
}

/** The people whom accounts name. */
export interface Recipients {
  /** Our ids, by `keyText`. */
  ids: ReadonlyMap<string, string>
  /** Those whom this transaction has added, by our id. */
  added: ReadonlyMap<string, RecipientDraft>
  /** What was said about people who were added with it. */
  merged: ReadonlySet<RecipientInAccount>
}

/**
 * Finds the people whom these accounts name; those stated for the first time are added.
 *
 * A new person of a new account is written at once with all that is said, which takes one statement
 * where adding first and learning afterwards takes five.
 *
 * @param isKnown  whether the account is; what its line says of a person may be too old to count
 * @throws         ConcurrentModification when somebody added one of them at the same time
 */
export async function recipientsOfAccounts(
  trx: Transaction<Database>,
  vault: Vault,
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
    const recipient = newRecipient(newId(), recipientKey, vault.newDataKey(), now)
    missing.set(text, recipient)
    // An account that names unknown parties is refused, and must not leave behind what it says.
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
    throw new ConcurrentModification('a person was added meanwhile')
  for (const draft of drafts) draft.dirty = false
  return {
    ids: new Map([...found, ...[...missing].map(([key, draft]) => [key, draft.row.id] as const)]),
    added: new Map(drafts.map((draft) => [draft.row.id, draft])),
    merged,
  }
}
