import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import { binaryArray } from '../binary-array.ts'
import type { ConsentTable, Database, RecipientAddressTable, RecipientTable } from '../schema.ts'

type Db = Kysely<Database> | Transaction<Database>

export type RecipientRow = Selectable<RecipientTable>
export type OwnAddress = Selectable<RecipientAddressTable>
export type Consent = Selectable<ConsentTable>

/** A person with every address, removed ones included, and every consent. */
export interface KnownPerson {
  row: RecipientRow
  addresses: OwnAddress[]
  consents: Consent[]
}

/** A resource by the creditor's own id. */
export interface UpstreamKey {
  creditor: string
  externalId: string
}

/** One text for an upstream key, for maps. */
export const keyText = (key: UpstreamKey): string => `${key.creditor} ${key.externalId}`

/** Which of our ids do these people have? By `keyText`; locks nothing. */
export async function findPeople(db: Db, keys: readonly UpstreamKey[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<UpstreamKey & { id: string }>`
    SELECT id, creditor, external_id AS "externalId" FROM decorum.recipient
    WHERE (creditor, external_id) IN (
      SELECT * FROM unnest(${binaryArray('text', keys.map((k) => k.creditor))}::text[], ${binaryArray('text', keys.map((k) => k.externalId))}::text[])
    )`.execute(db)
  return new Map(rows.map((row) => [keyText(row), row.id]))
}

/** Everything known about these people; read it after locking them. */
export async function knownPeople(trx: Transaction<Database>, ids: readonly string[]): Promise<KnownPerson[]> {
  if (ids.length === 0) return []
  const rows = await trx.selectFrom('decorum.recipient').selectAll().where('id', 'in', ids).execute()
  const addresses = await trx.selectFrom('decorum.recipient_address').selectAll().where('recipient_id', 'in', ids).orderBy('position').execute()
  const consents = await trx.selectFrom('decorum.consent').selectAll().where('recipient_id', 'in', ids).execute()
  const people = new Map(rows.map((row) => [row.id, { row, addresses: [], consents: [] } as KnownPerson]))
  for (const address of addresses) people.get(address.recipient_id)?.addresses.push(address)
  for (const consent of consents) people.get(consent.recipient_id)?.consents.push(consent)
  return [...people.values()]
}
