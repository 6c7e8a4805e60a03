import { sql, type Kysely } from 'kysely'

/**
 * The keys that a ledger was written with.
 *
 * - `ring_key` knows every key of DECORUM_KEYS again by a check value, which tells nothing of it, and says which one wraps and which one
 *   hashes: a ring in another order would hash addresses otherwise, and suppressions would no longer be found. What SQL can say of a ledger
 *   with rows in it stands here at once: the ids in use. The check values come with the first process that starts with the keys.
 * - An address keeps the hash that it was added with, in every row that names it: what is evidence does not change when a key does.
 *   Rotation changes what the hash is found by: `address_name` holds the hash under the new key beside the one that rows name.
 * - What people state is sealed from now on, and hashes of personal data are HMACs. The columns stay: a text that is sealed says so
 *   (`sealed1:`), a digest is a byte longer than a plain hash. `carry_over` says which tables hold rows from before.
 * - A process says which keys it has, so that none is rotated away from under it.
 * - The bootstrap key is known as such: another one in the environment revokes it.
 */
export const breaking = true

const STATEMENTS = [
  `CREATE TABLE decorum.ring_key (
    id text PRIMARY KEY,
    position integer NOT NULL,                -- 1 for the oldest; 0: in use before keys were known by check values
    check_value bytea,                        -- null: as above
    secrets bytea,                            -- what is derived from it, wrapped: addresses hashed under it are found when it is gone
    wrapped_by text,
    wraps boolean NOT NULL DEFAULT false,
    hashes boolean NOT NULL DEFAULT false,
    compares boolean NOT NULL DEFAULT true,   -- an address may be found by its hash
    added_at timestamptz NOT NULL,            -- machine time
    retired_at timestamptz,                   -- machine time; since then DECORUM_KEYS may lack it
    CONSTRAINT ring_key_secrets CHECK ((secrets IS NULL) = (wrapped_by IS NULL))
  )`,
  `CREATE UNIQUE INDEX ring_key_wraps ON decorum.ring_key (wraps) WHERE wraps`,
  `CREATE UNIQUE INDEX ring_key_hashes ON decorum.ring_key (hashes) WHERE hashes`,
  `CREATE TABLE decorum.address_name (
    lookup bytea PRIMARY KEY,                 -- the number or mailbox, hashed under lookup_key
    lookup_key text NOT NULL,
    hash bytea NOT NULL                       -- as decorum.address and every other row name it, for whatever creditor
  )`,
  `CREATE INDEX address_name_hash ON decorum.address_name (hash)`,
  // What an earlier build left in clear or under no key: `decorum keys rotate` goes through it table by table, since SQL has no keys.
  `CREATE TABLE decorum.carry_over (
    step text PRIMARY KEY,                    -- a table
    position smallint NOT NULL,
    after_row text,                           -- how far it is, as JSON of that row's key
    done_at timestamptz                       -- machine time
  )`,
  `INSERT INTO decorum.carry_over (step, position)
   SELECT step, position FROM unnest('{recipient_address,consent,account,event,hold,suppression,doubt_resolution,switch,api_key,import_job,idempotency,reservation}'::text[])
     WITH ORDINALITY AS s (step, position)
   WHERE EXISTS (SELECT 1 FROM decorum.recipient) OR EXISTS (SELECT 1 FROM decorum.suppression) OR EXISTS (SELECT 1 FROM decorum.switch)
     OR EXISTS (SELECT 1 FROM decorum.api_key)`,
  `ALTER TABLE decorum.process ADD COLUMN ring text[] NOT NULL DEFAULT '{}'`,
  `ALTER TABLE decorum.api_key ADD COLUMN bootstrap boolean NOT NULL DEFAULT false`,
  `UPDATE decorum.api_key SET bootstrap = true WHERE label = 'bootstrap' AND creditor IS NULL AND scopes = '{admin}'`,
  // Of several that hash, which a ring in another order made, the one with most addresses goes on.
  `WITH hashing AS (SELECT hash_key AS id, count(*) AS addresses FROM decorum.address GROUP BY hash_key)
   INSERT INTO decorum.ring_key (id, position, hashes, added_at)
   SELECT id, 0, id = (SELECT h.id FROM hashing h ORDER BY h.addresses DESC, h.id LIMIT 1), clock_timestamp()
   FROM (SELECT id FROM hashing UNION SELECT DISTINCT data_key_id FROM decorum.recipient WHERE data_key_id IS NOT NULL AND data_key IS NOT NULL
     UNION SELECT DISTINCT data_key_id FROM decorum.chain_writer) used`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
