import { formatInstant } from '../../model/instant.ts'

/** A column's instant as answers write it. */
export const text = (at: Date): string => formatInstant(at.getTime())

/** The same for a column that may be empty. */
export const textOrNull = (at: Date | null): string | null => (at === null ? null : text(at))
