import type { Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** A ladder's content under the hash of it. */
export interface VersionedBody {
  ladder: string
  version: string
  body: unknown
}

/** Keeps these versions for as long as a spell refers to them; known ones stay as they are. */
export async function pinLadders(trx: Transaction<Database>, ladders: readonly VersionedBody[], at: Date): Promise<void> {
  if (ladders.length === 0) return
  const unique = new Map(ladders.map((ladder) => [`${ladder.ladder} ${ladder.version}`, ladder]))
  const ordered = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ladder]) => ladder)
  await trx.insertInto('decorum.ladder_version')
    .values(ordered.map((ladder) => ({ ladder: ladder.ladder, version: ladder.version, body: JSON.stringify(ladder.body), first_used_at: at })))
    .onConflict((oc) => oc.columns(['ladder', 'version']).doNothing()).execute()
}
