import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

const recipientRows = (db: Kysely<Database>) => db.selectFrom('decorum.recipient as r').selectAll('r')
export type RecipientRow = Awaited<ReturnType<ReturnType<typeof recipientRows>['execute']>>[number]

/** Which people bear this id of a creditor's? At most two: one that is not unique is as good as many. */
export const recipientsByExternalId = (db: Kysely<Database>, creditor: string | null, externalId: string): Promise<RecipientRow[]> =>
  recipientRows(db)
    .where('r.external_id', '=', externalId)
    .$if(creditor !== null, (q) => q.where('r.creditor', '=', creditor as string))
    .limit(2)
    .execute()

/** Who has, or had, an address with one of these keyed hashes? */
export async function recipientsByAddressHash(db: Kysely<Database>, creditor: string | null, hashes: readonly Buffer[]): Promise<RecipientRow[]> {
  if (hashes.length === 0) return []
  return recipientRows(db)
    .where('r.id', 'in', (eb) =>
      eb.selectFrom('decorum.recipient_address as ra').innerJoin('decorum.address as x', (on) => on.onRef('x.creditor', '=', 'ra.creditor').onRef('x.hash', '=', 'ra.hash'))
        .select('ra.recipient_id').where('x.hash', 'in', [...hashes]))
    .$if(creditor !== null, (q) => q.where('r.creditor', '=', creditor as string))
    .orderBy('r.id')
    .limit(100)
    .execute()
}

/** Every address of one person, also those that were removed. */
export const addressesOf = (db: Kysely<Database>, recipientId: string) =>
  db.selectFrom('decorum.recipient_address').selectAll().where('recipient_id', '=', recipientId).orderBy('position').orderBy('id').execute()
export type RecipientAddressRow = Awaited<ReturnType<typeof addressesOf>>[number]

/** The creditor's own ids of a person's accounts. */
export const accountIdsOf = async (db: Kysely<Database>, recipientId: string): Promise<string[]> =>
  (await db.selectFrom('decorum.account').select('external_id').where('recipient_id', '=', recipientId).orderBy('id').execute()).map((row) => row.external_id)
