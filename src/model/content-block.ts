/** What the words of a message can be seen to carry, or to reveal. */
export const WORD_BLOCKS = [
  'opt-out-instruction', 'debt-collector-disclosure', 'business-name', 'balance', 'reason', 'rights', 'how-to-query-or-dispute', 'contact',
  'debt-advice-signposting', 'registered-signature-2-to-16-characters',
  // A first demand in text form (RDG §13a).
  'client-name-and-address', 'ground-with-contract-and-date', 'interest-calculation', 'above-statutory-rate-note', 'cost-type-amount-reason',
  'vat-statement', 'address-was-researched', 'supervisory-authority',
  // A voicemail (12 CFR 1006.2(j)).
  'request-to-reply', 'person-name', 'phone-number', 'salutation', 'date-and-time', 'suggested-times', 'any-representative',
  'debt', 'amount', 'creditor-relationship', 'debt-before-identity', 'collection-in-sender-name',
] as const

/** What no phrase shows for certain: the author of the words states it in the manifest's `carries`. */
export const STATED_BLOCKS = [
  'rights', 'how-to-query-or-dispute', 'debt-advice-signposting', 'client-name-and-address', 'ground-with-contract-and-date', 'interest-calculation',
  'above-statutory-rate-note', 'cost-type-amount-reason', 'vat-statement', 'address-was-researched', 'supervisory-authority',
] as const satisfies readonly WordBlock[]

/** What only the route or a registration with a carrier can show; no words do. */
export const ROUTE_BLOCKS = ['caller-id-1600-series', 'dlt-entity', 'dlt-header', 'dlt-template'] as const

/** A thing that law wants said, or kept silent (S18). */
export const CONTENT_BLOCKS = [...WORD_BLOCKS, ...ROUTE_BLOCKS] as const
export type ContentBlock = (typeof CONTENT_BLOCKS)[number]
export type WordBlock = (typeof WORD_BLOCKS)[number]

/** What a message's words carry: what the recipient reads or hears, and what a machine hears in their place. */
export interface CarriedBlocks {
  readonly message: readonly ContentBlock[]
  /** Null: no voicemail is left. */
  readonly voicemail: readonly ContentBlock[] | null
}

export const isRouteBlock = (block: ContentBlock): boolean => (ROUTE_BLOCKS as readonly string[]).includes(block)
