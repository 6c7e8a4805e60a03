export const ADDRESS_KINDS = ['mobile', 'landline', 'voip', 'work', 'home', 'personal', 'other'] as const
/** What sort of number or mailbox it is. */
export type AddressKind = (typeof ADDRESS_KINDS)[number]

export const RELATIONS = ['self', 'co-borrower', 'guarantor', 'spouse', 'relative', 'colleague', 'contact', 'other'] as const
/** Whose address it is. Only the borrower's own (`self`) is ever used. */
export type Relation = (typeof RELATIONS)[number]

export const ADDRESS_ORIGINS = ['consumer-used', 'consumer-consent', 'creditor-notice', 'prior-collector', 'other'] as const
/**
 * How an address came to be known, as far as law tells it apart (12 CFR 1006.6(d)(4)-(5)): the consumer wrote from it,
 * or agreed to its use; the creditor announced its use with a time to object; an earlier collector used it; otherwise.
 */
export type AddressOrigin = (typeof ADDRESS_ORIGINS)[number]

/** Which origin does the stated source of an address name? Null: nothing is stated; any words of one's own are `other`. */
export function originOf(source: string | null | undefined): AddressOrigin | null {
  if (source == null || source.trim() === '') return null
  const word = source.trim().toLowerCase()
  return ADDRESS_ORIGINS.find((origin) => origin === word) ?? 'other'
}
