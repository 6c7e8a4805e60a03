import type { AccountBody } from '../../intake/account-body.ts'
import type { StoredAccount } from '../../record/accounts.ts'
import { accountFact, accountReference, type SealedField, type Vault } from '../../record/vault/vault.ts'
import { mapFreeText } from '../free-text.ts'
import type { RecipientDraft } from './merge-recipient.ts'

/**
 * Seals what the account's texts may say, under its recipient's key.
 *
 * What is stated again as it is known stays as it was sealed, so that it is no change. Where the account moves to another
 * person, what the one before was told of goes under the new one's key.
 *
 * @param row    as merged: what `body` states is plain in it, the rest is as `known` has it
 * @param known  null: the account is new
 */
export function sealAccountWords(
  row: StoredAccount,
  known: StoredAccount | null,
  { owner, recipient }: { owner: RecipientDraft; recipient: RecipientDraft },
  body: Pick<AccountBody, 'reference' | 'factsForWords'>,
  vault: Vault,
): void {
  const moves = owner !== recipient
  const open = (place: SealedField, stored: string): string | null =>
    vault.openText(() => (owner.row.data_key === null ? null : owner.dataKey(vault)), place, stored)
  const stored = (place: SealedField, text: string, before: string | null, isStated: boolean): string | null => {
    if (!isStated && !moves) return text
    const plain = isStated ? text : open(place, text)
    if (plain === null) return null
    if (!moves && before !== null && before !== plain && open(place, before) === plain) return before
    return vault.sealText(recipient.dataKey(vault), place, plain)
  }
  if (row.reference_masked !== null)
    row.reference_masked = stored(
      accountReference(row.id),
      row.reference_masked,
      known?.reference_masked ?? null,
      body.reference !== undefined,
    )
  const before = new Map<string, string>()
  mapFreeText(known?.facts_for_words ?? {}, (text, fact) => {
    before.set(fact, text)
    return text
  })
  row.facts_for_words = mapFreeText(row.facts_for_words, (text, fact) =>
    stored(
      accountFact(`${row.id}.${fact}`),
      text,
      before.get(fact) ?? null,
      body.factsForWords?.[fact.split('.')[0] as string] !== undefined,
    ),
  )
}
