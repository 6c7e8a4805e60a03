import type { Insertable, Kysely, Selectable, Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { SuppressionReason, SuppressionScope } from '../../model/suppression.ts'
import type { Database, SuppressionTable } from '../schema.ts'

export type SuppressionRow = Selectable<SuppressionTable>
type Db = Kysely<Database> | Transaction<Database>

export interface Stop {
  creditor: string
  scope: SuppressionScope
  recipientId: string | null
  addressHash: Buffer | null
  channel: Channel | null
  reason: SuppressionReason
  until: Date | null
}

/** Does exactly this stop stand already? Its id, or null. */
export async function standingStop(db: Db, stop: Stop): Promise<string | null> {
  const row = await db.selectFrom('decorum.suppression').select('id')
    .where('creditor', '=', stop.creditor).where('scope', '=', stop.scope).where('reason', '=', stop.reason).where('lifted_at', 'is', null)
    .where('recipient_id', 'is not distinct from', stop.recipientId).where('address_hash', 'is not distinct from', stop.addressHash)
    .where('channel', 'is not distinct from', stop.channel).where('ends_at', 'is not distinct from', stop.until)
    .executeTakeFirst()
  return row?.id ?? null
}

export async function addSuppression(trx: Transaction<Database>, row: SuppressionRow): Promise<void> {
  await trx.insertInto('decorum.suppression').values(row as Insertable<SuppressionTable>).execute()
}

/** Which stop is this? Null: no such stop, or not of this creditor. */
export async function findSuppression(db: Db, id: string, creditor: string | null): Promise<SuppressionRow | null> {
  let query = db.selectFrom('decorum.suppression').selectAll().where('id', '=', id)
  if (creditor !== null) query = query.where('creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** Lifts a stop; false when it was lifted before. */
export async function lift(trx: Transaction<Database>, id: string, at: Date, by: string, reason: string): Promise<boolean> {
  const result = await trx.updateTable('decorum.suppression').set({ lifted_at: at, lifted_by: by, lift_reason: reason })
    .where('id', '=', id).where('lifted_at', 'is', null).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Whose address is or was this? By hash, at one creditor. */
export async function peopleWithAddress(db: Db, creditor: string, hash: Buffer): Promise<string[]> {
  const rows = await db.selectFrom('decorum.recipient_address').select('recipient_id').distinct()
    .where('creditor', '=', creditor).where('hash', '=', hash).orderBy('recipient_id').execute()
  return rows.map((row) => row.recipient_id)
}
