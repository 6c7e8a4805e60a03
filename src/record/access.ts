import type { Kysely } from 'kysely'
import { newId } from './id.ts'
import type { Database } from './schema.ts'

/** One access to personal data. `subject` holds ids and hashes only. */
interface Access {
  at: Date
  actor: string
  action: 'recipient-read' | 'address-search' | 'words-read' | 'captured-read'
  subject: string
}

/** Records accesses to personal data in the access log. */
export async function logAccess(db: Kysely<Database>, entries: readonly Access[]): Promise<void> {
  if (entries.length === 0) return
  await db
    .insertInto('decorum.access_log')
    .values(entries.map((entry) => ({ id: newId(), ...entry })))
    .execute()
}

/** Where a page ended: the values of its last row, in the order of the list's sort columns. */
export type Position = readonly (string | number)[]

/** The position as an opaque text for the client. */
export const writeCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url')

/**
 * Which position does this cursor name?
 *
 * @param shape  the type of each part, as the list wrote it
 * @returns      null when it is not a cursor of this list
 */
export function readCursor(cursor: string, shape: readonly ('text' | 'number' | 'id')[]): Position | null {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return null
  }
  if (!Array.isArray(parts) || parts.length !== shape.length) return null
  const fits = parts.every((part, i) =>
    shape[i] === 'number' ? Number.isSafeInteger(part) : fitsText(part, shape[i] === 'id'),
  )
  return fits ? (parts as Position) : null
}

const fitsText = (part: unknown, id: boolean): boolean =>
  typeof part === 'string' &&
  part.length <= 200 &&
  (id ? /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(part) : !part.includes('\0'))
