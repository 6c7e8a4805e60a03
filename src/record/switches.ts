import { type Kysely, type Selectable, sql } from 'kysely'
import type { SwitchScope, SwitchState } from '../model/vocabulary.ts'
import { newId } from './id.ts'
import type { Database, Db, SwitchTable } from './schema.ts'

export type SwitchRow = Selectable<SwitchTable>

/** Throws a switch: in force from now on, and read by every worker within two seconds. */
export async function throwSwitch(
  db: Db,
  thrown: {
    id: string
    scope: SwitchScope
    state: SwitchState
    share: number | null
    reason: string
    by: string
    at: Date
  },
): Promise<SwitchRow> {
  return db
    .insertInto('decorum.switch')
    .values({
      id: thrown.id,
      scope: JSON.stringify(thrown.scope),
      state: thrown.state,
      share: thrown.share,
      reason: thrown.reason,
      set_by: thrown.by,
      set_at: thrown.at,
      lifted_at: null,
      lifted_by: null,
      lift_reason: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Pauses everything unless a switch already does, so that processes starting at once throw only one. */
export async function throwUnlessPaused(
  db: Kysely<Database>,
  pause: { reason: string; by: string; at: Date },
): Promise<{ id: string; thrown: boolean }> {
  return db.transaction().execute(async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('decorum.pause-all'), 0)`.execute(trx)
    const standing = await trx
      .selectFrom('decorum.switch')
      .select('id')
      .where('lifted_at', 'is', null)
      .where('state', '=', 'paused')
      .where(sql<boolean>`scope = '{}'::jsonb`)
      .orderBy('set_at')
      .executeTakeFirst()
    if (standing !== undefined) return { id: standing.id, thrown: false }
    const { id } = await throwSwitch(trx, { id: newId(), scope: {}, state: 'paused', share: null, ...pause })
    return { id, thrown: true }
  })
}

/** Lifts a switch; null when none is in force (or none of this creditor's). */
export async function liftSwitch(
  db: Db,
  id: string,
  creditor: string | null,
  lifted: { reason: string; by: string; at: Date },
): Promise<SwitchRow | null> {
  const row = await db
    .updateTable('decorum.switch')
    .set({ lifted_at: lifted.at, lifted_by: lifted.by, lift_reason: lifted.reason })
    .where('id', '=', id)
    .where('lifted_at', 'is', null)
    .$if(creditor !== null, (q) => q.where(sql<boolean>`scope->>'creditor' = ${creditor}`))
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

/** One switch; null when there is none, or none of this creditor's. */
export async function switchById(db: Db, id: string, creditor: string | null): Promise<SwitchRow | null> {
  const row = await db
    .selectFrom('decorum.switch')
    .selectAll()
    .where('id', '=', id)
    .$if(creditor !== null, (q) => q.where(sql<boolean>`scope->>'creditor' = ${creditor}`))
    .executeTakeFirst()
  return row ?? null
}

/**
 * Switches, the newest first.
 *
 * @param creditor  null: all; otherwise those of this creditor, and those that cover every creditor
 */
export async function listSwitches(
  db: Db,
  filter: { creditor: string | null; active: boolean | null; before: string | null; limit: number },
): Promise<SwitchRow[]> {
  return db
    .selectFrom('decorum.switch')
    .selectAll()
    .$if(filter.creditor !== null, (q) =>
      q.where(sql<boolean>`(scope->>'creditor' IS NULL OR scope->>'creditor' = ${filter.creditor})`),
    )
    .$if(filter.active !== null, (q) => q.where('lifted_at', filter.active === true ? 'is' : 'is not', null))
    .$if(filter.before !== null, (q) => q.where('id', '<', filter.before ?? ''))
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .execute()
}

export interface ActiveSwitch {
  id: string
  scope: SwitchScope
  state: SwitchState
  /** Percent of the route's rate; null unless slowed. */
  share: number | null
  /** Machine time. */
  thrownAt: Date
}

/** Which switches are in force? */
export async function activeSwitches(db: Db): Promise<ActiveSwitch[]> {
  const { rows } = await sql<ActiveSwitch>`
    SELECT id, scope, state, share, thrown_at AS "thrownAt" FROM decorum.switch WHERE lifted_at IS NULL ORDER BY set_at`.execute(
    db,
  )
  return rows
}

/** Which switches were in force at this instant of business time? */
export async function switchesAt(db: Db, at: Date): Promise<ActiveSwitch[]> {
  const { rows } = await sql<ActiveSwitch>`
    SELECT id, scope, state, share, thrown_at AS "thrownAt" FROM decorum.switch
    WHERE set_at <= ${at} AND (lifted_at IS NULL OR lifted_at > ${at}) ORDER BY set_at`.execute(db)
  return rows
}
