import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import { binaryArray } from '../binary-array.ts'
import type { AccountTable, Database, SpellTable } from '../schema.ts'
import { keyText, type UpstreamKey } from './known-people.ts'

type Db = Kysely<Database> | Transaction<Database>

export type AccountRow = Selectable<AccountTable>
export type SpellRow = Selectable<SpellTable>

/** An account with the spell that runs, and the last one there was. */
export interface KnownAccount {
  row: AccountRow
  /** The latest spell, running or ended; null when there never was one. */
  spell: SpellRow | null
}

/** Where an account stands, before anything is locked. */
export interface FoundAccount extends UpstreamKey {
  id: string
  recipientId: string
}

/** Which accounts are these? By `keyText`; locks nothing. */
export async function findAccounts(db: Db, keys: readonly UpstreamKey[]): Promise<Map<string, FoundAccount>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<FoundAccount>`
    SELECT id, creditor, external_id AS "externalId", recipient_id AS "recipientId" FROM decorum.account
    WHERE (creditor, external_id) IN (
      SELECT * FROM unnest(${binaryArray('text', keys.map((k) => k.creditor))}::text[], ${binaryArray('text', keys.map((k) => k.externalId))}::text[])
    )`.execute(db)
  return new Map(rows.map((row) => [keyText(row), row]))
}

/** Which creditors use this id for an account, or for a person? */
export async function creditorsOf(db: Db, what: 'account' | 'recipient', externalId: string): Promise<string[]> {
  const table = what === 'account' ? 'decorum.account' as const : 'decorum.recipient' as const
  const rows = await db.selectFrom(table).select('creditor').where('external_id', '=', externalId).orderBy('creditor').limit(2).execute()
  return rows.map((row) => row.creditor)
}

/** These accounts as they stand now; read them after locking their people. */
export async function knownAccounts(trx: Transaction<Database>, ids: readonly string[]): Promise<KnownAccount[]> {
  if (ids.length === 0) return []
  const rows = await trx.selectFrom('decorum.account').selectAll().where('id', 'in', ids).execute()
  const spells = await trx.selectFrom('decorum.spell').selectAll().where('account_id', 'in', ids).orderBy('no').execute()
  const latest = new Map(spells.map((spell) => [spell.account_id, spell]))
  return rows.map((row) => ({ row, spell: latest.get(row.id) ?? null }))
}

/** Every account of this person, by our id. */
export async function accountIdsOf(trx: Transaction<Database>, recipientId: string): Promise<string[]> {
  const rows = await trx.selectFrom('decorum.account').select('id').where('recipient_id', '=', recipientId).execute()
  return rows.map((row) => row.id)
}
