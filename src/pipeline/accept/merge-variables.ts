import { isDeepStrictEqual } from 'node:util'
import type { AccountRow } from '../../record/accepting/known-accounts.ts'
import { accountVariables } from '../../record/places.ts'
import type { Vault } from '../../record/vault/vault.ts'
import type { PersonDraft } from './person-draft.ts'

/**
 * Seals the account's variables, stated as a whole, under its person's key; answers whether they changed.
 *
 * @param owner   whose key seals what is known; another than `person` when the account changes hands
 * @param stated  undefined: as they were
 */
export function mergeVariables(row: AccountRow, owner: PersonDraft, person: PersonDraft, stated: Record<string, string> | undefined, vault: Vault): boolean {
  if (stated === undefined && owner === person) return false
  const place = accountVariables(row.id)
  const known = row.variables === null ? {} : JSON.parse(vault.open(owner.dataKey(vault), place, row.variables)) as Record<string, string>
  const wanted = stated ?? known
  const same = isDeepStrictEqual(known, wanted)
  if (same && owner === person) return false
  row.variables = Object.keys(wanted).length === 0 ? null : vault.seal(person.dataKey(vault), place, JSON.stringify(wanted))
  return !same
}
