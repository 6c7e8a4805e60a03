import { sql, type Kysely, type Transaction } from 'kysely'
import type { SwitchScope, SwitchState } from '../../model/switch.ts'
import type { Database } from '../schema.ts'

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
export async function activeSwitches(db: Kysely<Database> | Transaction<Database>): Promise<ActiveSwitch[]> {
  const { rows } = await sql<ActiveSwitch>`
    SELECT id, scope, state, share, thrown_at AS "thrownAt" FROM decorum.switch WHERE lifted_at IS NULL ORDER BY set_at`.execute(db)
  return rows
}

/** Which switches were in force at this instant of business time? */
export async function switchesAt(db: Kysely<Database> | Transaction<Database>, at: Date): Promise<ActiveSwitch[]> {
  const { rows } = await sql<ActiveSwitch>`
    SELECT id, scope, state, share, thrown_at AS "thrownAt" FROM decorum.switch
    WHERE set_at <= ${at} AND (lifted_at IS NULL OR lifted_at > ${at}) ORDER BY set_at`.execute(db)
  return rows
}
