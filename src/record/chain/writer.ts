import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import { DecorumError } from '../../model/errors.ts'
import type { Db } from '../schema.ts'
import type { Vault } from '../vault/vault.ts'

/** What the sessions of one process prove their notes with. In their memory only: no table and no log has it. */
export interface Writer {
  readonly id: string
  /** 32 bytes. */
  readonly secret: Buffer
}

export const newWriter = (): Writer => ({ id: randomUUID(), secret: randomBytes(32) })

/** The settings that a session of this writer begins with, as `name=value`; what they hold needs no quoting. */
export const writerSettings = ({ id, secret }: Writer): string[] => [
  `decorum.writer=${id}`,
  `decorum.secret=${secret.toString('hex')}`,
]

const placeOf = (id: string) => ({ table: 'chain_writer', column: 'secret', rowId: id })

/**
 * Makes a process known as one of ours: its secret is stored, sealed with a key that the ledger does not hold.
 *
 * Until then, and without DECORUM_KEYS for ever, its notes are proved to nobody.
 */
export async function registerWriter(db: Db, writer: Writer, vault: Vault): Promise<void> {
  const { wrapped, keyId } = vault.newDataKey()
  const sealed = vault.sealBytes(vault.unwrap(wrapped, keyId), placeOf(writer.id), writer.secret)
  const stored = sql`
    INSERT INTO decorum.chain_writer (id, data_key, data_key_id, secret) VALUES (${writer.id}::uuid, ${wrapped}, ${keyId}, ${sealed})
    ON CONFLICT DO NOTHING`.execute(db)
  await stored.catch((error: unknown) => {
    // Who may only read writes nothing that would need a proof.
    if (!READS_ONLY.has((error as { code?: string }).code ?? '')) throw error
  })
}

/** insufficient_privilege, read_only_sql_transaction */
const READS_ONLY: ReadonlySet<string> = new Set(['42501', '25006'])

interface StoredWriter {
  id: string
  dataKey: Buffer
  dataKeyId: string
  secret: Buffer
}

/** The secrets of these writers; those that nobody sealed, or somebody else, are absent. */
export async function secretsOf(db: Db, ids: readonly string[], vault: Vault): Promise<Map<string, Buffer>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<StoredWriter>`
    SELECT id, data_key AS "dataKey", data_key_id AS "dataKeyId", secret FROM decorum.chain_writer WHERE id = ANY(${ids}::uuid[])`.execute(
    db,
  )
  return new Map(
    rows.flatMap((row) => {
      const secret = opened(row, vault)
      return secret === null ? [] : [[row.id, secret] as const]
    }),
  )
}

function opened(row: StoredWriter, vault: Vault): Buffer | null {
  try {
    return vault.openBytes(vault.unwrap(row.dataKey, row.dataKeyId), placeOf(row.id), row.secret)
  } catch (error) {
    if (error instanceof DecorumError) return null
    throw error
  }
}

/** Was this note made by a session with this secret? */
export const isProved = (digest: Buffer, mac: Buffer | null, secret: Buffer | undefined): boolean => {
  if (mac === null || secret === undefined) return false
  const made = createHash('sha256').update(secret).update(digest).update(secret).digest()
  return made.length === mac.length && timingSafeEqual(made, mac)
}
