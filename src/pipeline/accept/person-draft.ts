import type { DataKey, Vault } from '../../record/vault/vault.ts'
import type { Consent, KnownPerson, OwnAddress, RecipientRow } from '../../record/accepting/known-people.ts'

/** A locked person, as known and as it will be written; entries about it take their numbers here. */
export class PersonDraft {
  readonly row: RecipientRow
  readonly addresses: OwnAddress[]
  /** Those to be written. */
  readonly touched = new Set<OwnAddress>()
  readonly knownConsents: readonly Consent[]
  readonly newConsents: Consent[] = []
  dirty = false
  /** Added by this transaction. */
  readonly isNew: boolean
  #key: DataKey | undefined

  constructor(known: KnownPerson, isNew = false) {
    this.isNew = isNew
    this.row = { ...known.row }
    this.addresses = known.addresses.map((address) => ({ ...address }))
    this.knownConsents = known.consents
  }

  /** What seals and opens what is kept of the person. */
  dataKey(vault: Vault): DataKey {
    return (this.#key ??= vault.unwrap(this.row.data_key, this.row.data_key_id))
  }

  /** The next number of the person's sequence, which orders timelines. */
  takeSeq(): number {
    this.dirty = true
    return ++this.row.seq
  }
}
