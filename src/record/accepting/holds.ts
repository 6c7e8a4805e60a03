import type { Insertable, Kysely, Selectable, Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { HoldKind } from '../../model/hold.ts'
import { requireHeld, type Locked } from '../locks.ts'
import type { Database, HoldTable } from '../schema.ts'

/** `channel` absent or null: a pause of every channel. */
export type HoldRow = Omit<Selectable<HoldTable>, 'channel'> & { channel?: Channel | null }

/** Which pauses of these people have not been ended by anybody? */
export const openHolds = (db: Kysely<Database> | Transaction<Database>, recipientIds: readonly string[]): Promise<HoldRow[]> =>
  recipientIds.length === 0
    ? Promise.resolve([])
    : db.selectFrom('decorum.hold').selectAll().where('recipient_id', 'in', recipientIds).where('ended_at', 'is', null).orderBy('seq').execute()

export async function addHolds(trx: Locked, holds: readonly HoldRow[]): Promise<void> {
  if (holds.length === 0) return
  requireHeld(trx, holds.map((hold) => hold.recipient_id))
  const rows: Insertable<HoldTable>[] = holds.map((hold) => ({ ...hold, details: JSON.stringify(hold.details) }))
  await trx.insertInto('decorum.hold').values(rows).execute()
}

/** How and by whom pauses came to their end. */
export interface HoldEnd {
  at: Date
  by: string
  reason: string
}

/** Ends these pauses, of people that are locked; answers how many had not ended. */
export async function endHolds(trx: Locked, ids: readonly string[], end: HoldEnd): Promise<number> {
  if (ids.length === 0) return 0
  const result = await trx.updateTable('decorum.hold').set({ ended_at: end.at, ended_by: end.by, end_reason: end.reason })
    .where('id', 'in', ids).where('ended_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows)
}

/** Whose pause is this? Null: no such pause, or not of this creditor. */
export async function findHold(db: Kysely<Database>, id: string, creditor: string | null): Promise<{ recipientId: string; accountId: string | null; kind: HoldKind } | null> {
  let query = db.selectFrom('decorum.hold').select(['recipient_id as recipientId', 'account_id as accountId', 'kind']).where('id', '=', id)
  if (creditor !== null) query = query.where('creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** An account went to another person: what pauses the account goes with it. */
export async function moveHolds(trx: Locked, accountId: string, recipientId: string): Promise<void> {
  requireHeld(trx, [recipientId])
  await trx.updateTable('decorum.hold').set({ recipient_id: recipientId })
    .where('account_id', '=', accountId).where('ended_at', 'is', null).execute()
}
