import type { Kysely } from 'kysely'
import { newId } from '../id.ts'
import type { Database } from '../schema.ts'

/** One reading of personal data: who, what, about whom. `subject` holds ids and hashes only. */
export interface Access {
  at: Date
  actor: string
  action: 'recipient-read' | 'address-search' | 'words-read' | 'captured-read'
  subject: string
}

/** Writes into the access log who read what about whom. */
export async function logAccess(db: Kysely<Database>, entries: readonly Access[]): Promise<void> {
  if (entries.length === 0) return
  await db.insertInto('decorum.access_log').values(entries.map((entry) => ({ id: newId(), ...entry }))).execute()
}
