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

  constructor(known: KnownPerson) {
    this.row = { ...known.row }
    this.addresses = known.addresses.map((address) => ({ ...address }))
    this.knownConsents = known.consents
  }

  /** The next number of the person's sequence, which orders timelines. */
  takeSeq(): number {
    this.dirty = true
    return ++this.row.seq
  }
}
