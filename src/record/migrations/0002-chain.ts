import { sql, type Kysely } from 'kysely'

/**
 * A record that shows tampering. Where a choice would be expensive to change later, this is why it stands:
 *
 * - a statement that writes evidence leaves a note in the same transaction: which rows, the hash of what they hold now, and a proof made
 *   with the secret of the session, which stands in no table. The triggers that write notes are made from the list in the code
 *   (`record/chain/evidence.ts`) at each migration, since their text names every column;
 * - a note is one row for the statement and not for the row, so that fifty attempts reserved together cost one;
 * - notes become links, each with the hash of the one before, a chain for each creditor. What one pass found is one link for each table and
 *   kind of change: the rows are in arrays, because a link for each would be as large as what it proves;
 * - keys are the bytes of the primary key, so that they need no formatting and compare as bytes;
 * - `shape` says which columns a hash covers, in order. A column that is added later makes a new shape, and rows of before are read again;
 * - what the runtime role has no right to is done by functions of the owner, each of which does one thing and checks that it may;
 * - arrays are stored uncompressed: random bytes do not compress, and trying costs more than writing them.
 */
export const breaking = true

const STATEMENTS = [
  `CREATE SEQUENCE decorum.note_order AS bigint`,
  // Which columns, in which order, the hashes of a table's rows cover.
  `CREATE TABLE decorum.chain_shape (
    id integer PRIMARY KEY,
    relation text NOT NULL,
    columns text[] NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp() -- machine time
  )`,
  // The processes that write: the secret of their sessions, sealed with a key that stands in no table.
  `CREATE TABLE decorum.chain_writer (
    id uuid PRIMARY KEY,
    data_key bytea NOT NULL,                  -- wrapped
    data_key_id text NOT NULL,                -- which of DECORUM_KEYS wraps it
    secret bytea NOT NULL,                    -- vault
    at timestamptz NOT NULL DEFAULT clock_timestamp() -- machine time
  )`,
  // What was written and is in no link yet.
  `CREATE TABLE decorum.chain_note (
    id bigint PRIMARY KEY,                    -- of one row, they rise in the order of commits: it was locked when its note was written
    relation text NOT NULL,
    shape integer NOT NULL,
    action text NOT NULL CHECK (action IN ('put', 'removed', 'dropped')), -- dropped: a month, from the first key until before the second
    creditors text[],                         -- null: those of the reminders that the keys begin with
    keys bytea[] NOT NULL,
    hashes bytea[],                           -- null: of rows that are gone
    writer uuid,
    mac bytea                                 -- null: by a session that is none of ours, or in a statement that is not
  )`,
  `ALTER TABLE decorum.chain_note ALTER COLUMN keys SET STORAGE EXTERNAL, ALTER COLUMN hashes SET STORAGE EXTERNAL`,
  `CREATE TABLE decorum.chain_link (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    creditor text NOT NULL,                   -- *: of no creditor, or of all
    no bigint NOT NULL,
    relation text NOT NULL,
    shape integer NOT NULL,
    action text NOT NULL CHECK (action IN ('put', 'removed', 'dropped', 'walked', 'walk-done')),
    own boolean NOT NULL,                     -- false: not proved to be a process of ours
    keys bytea[] NOT NULL,
    hashes bytea[] NOT NULL,
    notes bigint[] NOT NULL,                  -- the order of the rows' notes; 0: found as it stood
    at timestamptz NOT NULL,                  -- machine time
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    seal bytea NOT NULL,                      -- of the hash, with a key that stands in no table: who can write here can reckon a hash
    UNIQUE (creditor, no)
  )`,
  `ALTER TABLE decorum.chain_link ALTER COLUMN keys SET STORAGE EXTERNAL, ALTER COLUMN hashes SET STORAGE EXTERNAL,
    ALTER COLUMN notes SET STORAGE EXTERNAL`,
  `CREATE INDEX chain_link_walk ON decorum.chain_link (relation, shape, id) WHERE action IN ('walked', 'walk-done')`,
  // Where each chain ended, once a minute, signed with a key that stands in no table.
  `CREATE TABLE decorum.chain_head (
    no bigint PRIMARY KEY,
    at timestamptz NOT NULL,                  -- machine time
    signed text NOT NULL                      -- the document with its signature, as it is written elsewhere too
  )`,
  // Where the head is found that signed a chain last; what it says is believed of the head alone.
  `CREATE TABLE decorum.chain_signed (
    creditor text NOT NULL,
    link_no bigint NOT NULL,
    head_no bigint NOT NULL,
    PRIMARY KEY (creditor, link_no)
  )`,
  `CREATE FUNCTION decorum.write_note(of_table text, in_shape integer, what text, whose text[], which bytea[], made bytea[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      note bigint := nextval('decorum.note_order');
      secret bytea;
    BEGIN
      IF current_setting('decorum.own', true) = 'on' THEN
        secret := decode(nullif(current_setting('decorum.secret', true), ''), 'hex');
      END IF;
      INSERT INTO decorum.chain_note (id, relation, shape, action, creditors, keys, hashes, writer, mac)
      VALUES (note, of_table, in_shape, what, whose, which, made, nullif(current_setting('decorum.writer', true), '')::uuid,
        sha256(secret || sha256(record_send(ROW(note, of_table, in_shape, what, whose, which, made))) || secret));
    END $$`,
  // Whoever may call it may have a change taken for a lawful one: only triggers, and the owner, who drops months.
  `REVOKE ALL ON FUNCTION decorum.write_note(text, integer, text, text[], bytea[], bytea[]) FROM PUBLIC`,
  // What a role without DDL, and without DELETE on evidence, may have done all the same.
  `CREATE FUNCTION decorum.make_month(parent text, month timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      key text;
      fill integer;
      piece text := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
      rest text := parent || '_default';
      after timestamptz := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
      bounds text[];
      moved bigint;
    BEGIN
      SELECT c.key, c.fill INTO key, fill
      FROM (VALUES ('reservation', 'reserved_at', 100), ('settlement', 'reserved_at', 45), ('withheld_decision', 'reminder_id', 100),
        ('receipt', 'reminder_id', 100), ('reported_contact', 'at', 100)) AS c (name, key, fill) WHERE c.name = parent;
      IF key IS NULL OR month <> date_trunc('month', month, 'UTC') THEN
        RAISE EXCEPTION 'no table is cut into such months' USING ERRCODE = 'invalid_parameter_value';
      END IF;
      -- The first key of the month and of the next; a uuidv7 begins with its milliseconds in 48 bits.
      SELECT array_agg(CASE WHEN key = 'reminder_id' THEN
          substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-0000-0000-000000000000' ELSE begins::text END ORDER BY begins) INTO bounds
      FROM (SELECT begins, lpad(to_hex((extract(epoch FROM begins) * 1000)::bigint), 12, '0') AS hex FROM unnest(ARRAY[month, after]) AS m (begins)) b;
      EXECUTE format('CREATE TABLE decorum.%I (LIKE decorum.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE) WITH (fillfactor = %s)',
        piece, parent, fill);
      EXECUTE format('LOCK TABLE decorum.%I IN ACCESS EXCLUSIVE MODE', rest);
      EXECUTE format('CREATE TEMP TABLE moved_rows ON COMMIT DROP AS SELECT * FROM decorum.%I WHERE %I >= %L AND %I < %L',
        rest, key, bounds[1], key, bounds[2]);
      EXECUTE format('DELETE FROM decorum.%I WHERE %I >= %L AND %I < %L', rest, key, bounds[1], key, bounds[2]);
      EXECUTE format('ALTER TABLE decorum.%I ATTACH PARTITION decorum.%I FOR VALUES FROM (%L) TO (%L)', parent, piece, bounds[1], bounds[2]);
      EXECUTE format('INSERT INTO decorum.%I SELECT * FROM pg_temp.moved_rows', parent);
      GET DIAGNOSTICS moved = ROW_COUNT;
      DROP TABLE pg_temp.moved_rows;
      RETURN moved;
    END $$`,
  // The contact of a permitted call that was certainly never placed.
  `CREATE FUNCTION decorum.withdraw_contact(whose uuid, asked timestamptz, which uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM decorum.reported_contact k USING decorum.permit p
    WHERE k.recipient_id = whose AND k.at = asked AND k.id = which AND p.id = which AND k.outcome IN ('pending', 'in-doubt') $$`,
  // Suppressions of somebody who never came.
  `CREATE FUNCTION decorum.forget_awaited(whose text, before timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM decorum.suppression WHERE creditor = whose AND recipient_id IS NULL AND scope <> 'address'
      AND (awaits_recipient IS NOT NULL OR awaits_account IS NOT NULL) AND received_at < before $$`,
  ...['make_month(text, timestamptz)', 'withdraw_contact(uuid, timestamptz, uuid)', 'forget_awaited(text, timestamptz)'].map(
    (name) => `REVOKE ALL ON FUNCTION decorum.${name} FROM PUBLIC`,
  ),
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
