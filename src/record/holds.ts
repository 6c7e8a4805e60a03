import { type Insertable, type Kysely, type Selectable } from 'kysely'
import type { Channel, HoldKind } from '../model/vocabulary.ts'
import { type Locked, requireHeld } from './locks.ts'
import { reaches, type Reach } from './reach.ts'
import type { Database, Db, HoldTable } from './schema.ts'

/** `channel` absent or null: a hold on every channel. */
export type HoldRow = Omit<Selectable<HoldTable>, 'channel' | 'seq'> & { channel?: Channel | null }

/** Which holds of these recipients have not been ended? */
export const openHolds = (db: Db, recipientIds: readonly string[]): Promise<HoldRow[]> =>
  recipientIds.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('decorum.hold')
        .selectAll()
        .where('recipient_id', 'in', recipientIds)
        .where('ended_at', 'is', null)
        .orderBy('seq')
        .execute()

export async function addHolds(trx: Locked, holds: readonly HoldRow[]): Promise<void> {
  if (holds.length === 0) return
  requireHeld(
    trx,
    holds.map((hold) => hold.recipient_id),
  )
  const rows: Insertable<HoldTable>[] = holds.map((hold) => ({ ...hold, details: JSON.stringify(hold.details) }))
  await trx.insertInto('decorum.hold').values(rows).execute()
}

/** When, why and by whom holds are ended. */
interface HoldEnd {
  at: Date
  by: string
  reason: string
}

/** Ends these holds, of locked recipients; returns how many had not ended. */
export async function endHolds(trx: Locked, ids: readonly string[], end: HoldEnd): Promise<number> {
  if (ids.length === 0) return 0
  const result = await trx
    .updateTable('decorum.hold')
    .set({ ended_at: end.at, ended_by: end.by, end_reason: end.reason })
    .where('id', 'in', ids)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

/** Whose hold is this? Null: no such hold, or not of this creditor. */
export async function findHold(
  db: Kysely<Database>,
  id: string,
  creditor: string | null,
): Promise<{ recipientId: string; accountId: string | null; kind: HoldKind } | null> {
  let query = db
    .selectFrom('decorum.hold')
    .select(['recipient_id as recipientId', 'account_id as accountId', 'kind'])
    .where('id', '=', id)
  if (creditor !== null) query = query.where('creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** Moves an account's holds to the recipient that the account has moved to. */
export async function moveHolds(trx: Locked, accountId: string, recipientId: string): Promise<void> {
  requireHeld(trx, [recipientId])
  await trx
    .updateTable('decorum.hold')
    .set({ recipient_id: recipientId })
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .execute()
}

const holdRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.hold as h')
    .innerJoin('decorum.recipient as r', 'r.id', 'h.recipient_id')
    .leftJoin('decorum.account as a', 'a.id', 'h.account_id')
    .select([
      'h.id',
      'h.creditor',
      'h.kind',
      'h.channel',
      'h.starts_at',
      'h.ends_at',
      'h.ended_at',
      'h.ended_by',
      'h.end_reason',
      'h.created_by',
      'h.created_at',
      'h.recipient_id',
      'r.data_key',
      'r.data_key_id',
      'r.external_id as recipient_external_id',
      'a.external_id as account_external_id',
    ])
export type HoldListing = Awaited<ReturnType<ReturnType<typeof holdRows>['execute']>>[number]

interface HoldFilter extends Reach {
  recipientExternalId: string | null
  accountExternalId: string | null
  /** True: only those in force at `at`; false: only the others; null: all. */
  open: boolean | null
  at: Date
  before: string | null
  limit: number
}

/** Holds, the newest first. */
export const listHolds = (db: Kysely<Database>, filter: HoldFilter): Promise<HoldListing[]> =>
  holdRows(db)
    .where(reaches(filter, 'h.creditor', ['r.live']))
    .$if(filter.recipientExternalId !== null, (q) =>
      q.where('r.external_id', '=', filter.recipientExternalId as string),
    )
    .$if(filter.accountExternalId !== null, (q) => q.where('a.external_id', '=', filter.accountExternalId as string))
    .$if(filter.open === true, (q) =>
      q
        .where('h.ended_at', 'is', null)
        .where((eb) => eb.or([eb('h.ends_at', 'is', null), eb('h.ends_at', '>', filter.at)])),
    )
    .$if(filter.open === false, (q) =>
      q.where((eb) => eb.or([eb('h.ended_at', 'is not', null), eb('h.ends_at', '<=', filter.at)])),
    )
    .$if(filter.before !== null, (q) => q.where('h.id', '<', filter.before as string))
    .orderBy('h.id', 'desc')
    .limit(filter.limit)
    .execute()

/** Which holds are in force for these recipients at `at`, on the recipient or on one account? */
export async function standingHolds(db: Kysely<Database>, recipientIds: readonly string[], at: Date) {
  if (recipientIds.length === 0) return []
  return db
    .selectFrom('decorum.hold')
    .select(['id', 'recipient_id', 'account_id', 'kind', 'starts_at', 'ends_at'])
    .where('recipient_id', 'in', [...recipientIds])
    .where('ended_at', 'is', null)
    .where((eb) => eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', at)]))
    .orderBy('starts_at')
    .execute()
}
export type StandingHold = Awaited<ReturnType<typeof standingHolds>>[number]
