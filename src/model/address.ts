export const ADDRESS_KINDS = ['mobile', 'landline', 'voip', 'work', 'home', 'personal', 'other'] as const
/** What sort of number or mailbox it is. */
export type AddressKind = (typeof ADDRESS_KINDS)[number]

export const RELATIONS = ['self', 'co-borrower', 'guarantor', 'spouse', 'relative', 'colleague', 'contact', 'other'] as const
/** Whose address it is. Only the borrower's own (`self`) is ever used. */
export type Relation = (typeof RELATIONS)[number]
