import { sql, type Kysely } from 'kysely'
import type { Role } from '../../model/role.ts'
import type { Database } from '../schema.ts'

/** In which roles and with which products does the ledger hold debts? Reads every account: ask it once. */
export async function debtsOnRecord(db: Kysely<Database>): Promise<{ roles: Role[]; products: string[] }> {
  const { rows } = await sql<{ roles: Role[] | null; products: string[] | null }>`
    SELECT array_agg(DISTINCT role ORDER BY role) AS roles, array_agg(DISTINCT product ORDER BY product) AS products FROM decorum.account`.execute(db)
  return { roles: rows[0]?.roles ?? [], products: rows[0]?.products ?? [] }
}
