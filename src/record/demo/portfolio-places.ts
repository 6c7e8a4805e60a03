import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

export interface PortfolioPlaces {
  accounts: number
  borrowers: number
  places: { jurisdiction: string; borrowers: number }[]
  zones: string[]
}

/** How many borrowers does the ledger know, and where are they? Unknown places are `unknown`. */
export async function portfolioPlaces(db: Kysely<Database>): Promise<PortfolioPlaces> {
  const { rows: places } = await sql<{ jurisdiction: string; borrowers: number }>`
    SELECT coalesce(jurisdiction, 'unknown') AS jurisdiction, count(*)::int AS borrowers FROM decorum.recipient
    GROUP BY 1 ORDER BY 2 DESC, 1`.execute(db)
  const { rows: zones } = await sql<{ zone: string }>`
    SELECT DISTINCT time_zone AS zone FROM decorum.recipient WHERE time_zone IS NOT NULL ORDER BY 1`.execute(db)
  const { rows: accounts } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM decorum.account`.execute(db)
  return {
    accounts: accounts[0]?.count ?? 0, borrowers: places.reduce((sum, place) => sum + place.borrowers, 0), places, zones: zones.map(({ zone }) => zone),
  }
}
