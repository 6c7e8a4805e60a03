import { sql, type Kysely } from 'kysely'

/**
 * Switches that slow what they cover to a share of its route's rate.
 *
 * A build that does not know the state takes it for a pause: it sends less, never more.
 */
export const breaking = false

const STATEMENTS = [
  `ALTER TABLE decorum.switch
    DROP CONSTRAINT switch_state_check,
    ADD CONSTRAINT switch_state_check CHECK (state IN ('stopped', 'paused', 'draining', 'slowed')),
    ADD COLUMN share smallint CHECK (share BETWEEN 1 AND 99),   -- percent of the route's rate
    ADD CONSTRAINT switch_share_of_slowed CHECK ((state = 'slowed') = (share IS NOT NULL))`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
