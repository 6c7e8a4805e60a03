/** A person's name as the creditor states it; parts that are not stated are null, never guessed. */
export interface RecipientName {
  full: string
  given: string | null
  family: string | null
  honorific: string | null
}

/** The name as the vault keeps it in `recipient.name`. */
export const encodeName = (name: RecipientName): string => JSON.stringify(name)

/** The name as `encodeName` wrote it. */
export const decodeName = (text: string): RecipientName => JSON.parse(text) as RecipientName
