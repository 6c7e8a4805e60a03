import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { DecorumError } from '../model/errors.ts'
import type { Ledger } from './ledger.ts'
import type { Database, Db, RingKeyTable } from './schema.ts'
import type { KeyRing, RingKey } from './vault/key-ring.ts'
import { checkValueOf } from './vault/ring-secrets.ts'
import { type LedgerKeys, openVault, type Vault } from './vault/vault.ts'

type RingKeyRow = Pick<
  Selectable<RingKeyTable>,
  'id' | 'position' | 'check_value' | 'secrets' | 'wrapped_by' | 'wraps' | 'hashes' | 'compares' | 'retired_at'
>

const readRows = (db: Db): Promise<RingKeyRow[]> =>
  db
    .selectFrom('decorum.ring_key')
    .select(['id', 'position', 'check_value', 'secrets', 'wrapped_by', 'wraps', 'hashes', 'compares', 'retired_at'])
    .orderBy('position')
    .orderBy('id')
    .execute()

/**
 * Opens the vault with what the ledger says of its keys.
 *
 * Keys that are new to the ledger are recorded by their check values; none of them is used before `decorum keys rotate`,
 * unless they are the first. A ring that is not the ledger's is refused before anything is read or written with it.
 *
 * @throws DECORUM_KEY_MISSING, DECORUM_KEY_MISMATCH, each naming the key
 */
export async function recogniseKeys(ledger: Pick<Ledger, 'db'>, ring: KeyRing): Promise<Vault> {
  const rows = await readRows(ledger.db)
  refuseOthers(ring, rows)
  const unknown = ring.some((key) => !rows.some((row) => row.id === key.id && row.check_value !== null))
  if (unknown) await ledger.db.transaction().execute((trx) => recordKeys(trx, ring))
  return openVault(ring, await ledgerKeys(ledger.db))
}

/** What does the ledger say of its keys now? */
export async function ledgerKeys(db: Db): Promise<LedgerKeys | null> {
  const rows = await readRows(db)
  const wraps = rows.find((row) => row.wraps)
  const hashes = rows.find((row) => row.hashes)
  if (wraps === undefined || hashes === undefined) return null
  const { rows: names } = await sql<{
    renamed: boolean
  }>`SELECT EXISTS (SELECT 1 FROM decorum.address_name) AS renamed`.execute(db)
  return {
    wraps: wraps.id,
    hashes: hashes.id,
    renamed: names[0]?.renamed === true,
    unused: rows.filter(({ compares }) => !compares).map(({ id }) => id),
    kept: rows.flatMap(({ id, secrets, wrapped_by: wrappedBy }) =>
      secrets === null || wrappedBy === null ? [] : [{ id, secrets, wrappedBy }],
    ),
  }
}

/** Why can a process with these keys not work on the ledger any more? Null: it can. */
export async function ringProblem(db: Db, ring: readonly string[]): Promise<string | null> {
  const missing = (await readRows(db)).filter((row) => row.retired_at === null && !ring.includes(row.id))
  return missing.length === 0
    ? null
    : `DECORUM_KEYS has no key ${missing.map(({ id }) => id).join(', ')}, which another process has: give every process the same keys`
}

function refuseOthers(ring: KeyRing, rows: readonly RingKeyRow[]): void {
  for (const row of rows) {
    const own = ring.find((key) => key.id === row.id)
    if (own === undefined) {
      if (row.retired_at !== null) continue
      throw new DecorumError(
        'DECORUM_KEY_MISSING',
        `DECORUM_KEYS has no key ${row.id}, which this ledger was written with`,
        {
          hint: `Add ${row.id} back, behind the newer ones. To be rid of it, run \`decorum keys rotate\` with it and a newer key.`,
        },
      )
    }
    if (row.check_value !== null && !row.check_value.equals(checkValueOf(own)))
      throw new DecorumError(
        'DECORUM_KEY_MISMATCH',
        `key ${row.id} of DECORUM_KEYS has other bytes than the key ${row.id} that this ledger was written with`,
      )
  }
  refuseOrder(ring, rows)
}

/** Newer keys come first. In another order the ring says that another key is the current one than the ledger does. */
function refuseOrder(ring: KeyRing, rows: readonly RingKeyRow[]): void {
  const ages = new Map(rows.flatMap((row) => (row.check_value === null ? [] : [[row.id, row.position] as const])))
  let before: RingKey | null = null
  for (const key of ring) {
    const age = ages.get(key.id) ?? Infinity
    const last = before === null ? Infinity : (ages.get(before.id) ?? Infinity)
    if (age > last)
      throw new DecorumError(
        'DECORUM_KEY_MISMATCH',
        `key ${key.id} of DECORUM_KEYS is newer than ${before?.id ?? ''} and stands behind it`,
        { hint: 'Put newer keys first: what follows them is older, and the last one is the oldest.' },
      )
    before = key
  }
}

/** One key for every Decorum; held until the transaction ends. */
const ADVISORY_LOCK = 5_324_417_004

async function recordKeys(trx: Transaction<Database>, ring: KeyRing): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(trx)
  const rows = await readRows(trx)
  refuseOthers(ring, rows)
  let position = Math.max(0, ...rows.map((row) => row.position))
  for (const key of [...ring].reverse()) {
    const known = rows.find((row) => row.id === key.id)
    if (known !== undefined && known.check_value !== null) continue
    if (known !== undefined) await requireOpens(trx, key)
    await trx
      .insertInto('decorum.ring_key')
      .values({
        id: key.id,
        position: ++position,
        check_value: checkValueOf(key),
        secrets: null,
        wrapped_by: null,
        added_at: sql<Date>`clock_timestamp()`,
        retired_at: null,
      })
      .onConflict((oc) =>
        oc.column('id').doUpdateSet((eb) => ({
          position: eb.ref('excluded.position'),
          check_value: eb.ref('excluded.check_value'),
        })),
      )
      .execute()
  }
  const current = ring[0].id
  if (!rows.some((row) => row.wraps)) await setCurrent(trx, 'wraps', current)
  if (!rows.some((row) => row.hashes)) await setCurrent(trx, 'hashes', current)
}

const setCurrent = async (trx: Transaction<Database>, use: 'wraps' | 'hashes', id: string): Promise<void> => {
  await trx
    .updateTable('decorum.ring_key')
    .set({ [use]: false })
    .where(use, '=', true)
    .where('id', '<>', id)
    .execute()
  await trx
    .updateTable('decorum.ring_key')
    .set({ [use]: true })
    .where('id', '=', id)
    .execute()
}

/** Does this key open what a ledger without check values has under its id? */
async function requireOpens(trx: Transaction<Database>, key: RingKey): Promise<void> {
  const row = await trx
    .selectFrom('decorum.recipient')
    .select(['data_key', 'data_key_id'])
    .where('data_key_id', '=', key.id)
    .where('data_key', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  if (row !== undefined) openVault([key]).unwrap(row.data_key, row.data_key_id)
}

/**
 * Makes this key the one that wraps and hashes, and keeps the secrets of the others under it.
 *
 * Waits for transactions that go by the one before (`keyInUse`): none of them writes under it afterwards.
 */
export async function makeCurrent(
  db: Kysely<Database>,
  id: string,
  kept: readonly { id: string; secrets: Buffer }[],
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(trx)
    for (const use of ['wraps', 'hashes'] as const) await setCurrent(trx, use, id)
    await trx.updateTable('decorum.ring_key').set({ compares: true }).where('id', '=', id).execute()
    for (const key of kept)
      await trx
        .updateTable('decorum.ring_key')
        .set({ secrets: key.secrets, wrapped_by: id })
        .where('id', '=', key.id)
        .execute()
  })
}

/** Which key hashes and wraps? It stays so until this transaction ends. */
export async function keyInUse(trx: Transaction<Database>): Promise<string | null> {
  const { rows } = await sql<{
    id: string
  }>`/* key-in-use */ SELECT id FROM decorum.ring_key WHERE hashes FOR SHARE`.execute(trx)
  return rows[0]?.id ?? null
}

/**
 * Says that nothing is under the older keys any more, and which those are: DECORUM_KEYS may lack them from now on.
 *
 * Hashes of theirs that addresses are still found by are compared with their secrets, which the current key wraps.
 */
export async function retireKeys(db: Kysely<Database>, current: string): Promise<string[]> {
  await sql`UPDATE decorum.ring_key k SET compares = EXISTS (SELECT 1 FROM decorum.address a WHERE a.hash_key = k.id)
    WHERE k.id <> ${current} AND k.secrets IS NOT NULL`.execute(db)
  const { rows } = await sql<{ id: string }>`
    UPDATE decorum.ring_key k SET retired_at = clock_timestamp()
    WHERE k.retired_at IS NULL AND k.id <> ${current} AND k.secrets IS NOT NULL
      AND k.position < (SELECT c.position FROM decorum.ring_key c WHERE c.id = ${current})
      AND NOT EXISTS (SELECT 1 FROM decorum.recipient r WHERE r.data_key_id = k.id AND r.data_key IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM decorum.chain_writer w WHERE w.data_key_id = k.id)
    RETURNING k.id`.execute(db)
  return rows.map(({ id }) => id)
}
