/** One message or call in a provider's own books: what a person got, whatever we believe. */
export interface Entry {
  /** `<reminder id>.<attempt number>` as it stood on the request. */
  attempt: string
  to: string
  /** When the request had been read, in milliseconds of the machine's clock. */
  at: number
  /** The provider says later that nothing came of it. */
  failed: boolean
  /** The one-click page of an email; null elsewhere. */
  unsubscribe: string | null
}

/** A send that the provider made go wrong. */
export interface Mischief {
  /** Null: it is not known which send it hit. */
  attempt: string | null
  at: number
  kind: string
}

export interface Books {
  entries: Entry[]
  mischief: Mischief[]
  /** How many entries there are in all; ask for what comes after. */
  next: number
}
