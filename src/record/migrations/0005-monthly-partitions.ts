import { sql, type Kysely } from 'kysely'

/**
 * What grows with every message is kept in monthly pieces, so that an old month can be dropped without touching its rows.
 *
 * - attempts, decisions and receipts go by the month in which their reminder's uuidv7 was made (machine time),
 *   contacts by the month of the contact (business time): the keys stay what they were, and no unique index across
 *   pieces is asked for;
 * - none of these tables had foreign keys, and none gets any: dropping a piece would have to look for references;
 * - what the ledger holds already is not copied: the table of before becomes the piece of everything until
 *   this month ends (measured: a million contacts in 0.4 s, where copying them took 12 s);
 * - a row for which there is no month goes into the `_default` piece; nothing is refused for want of one;
 * - `conversation` remembers conversations beside the months. Rules ask for them however old they are, and neither
 *   looking through every month at each decision nor keeping every month for their sake would do.
 *
 * An older build goes on working beside this: it asks for the same tables by the same names.
 */
export const breaking = false

const TABLES = [
  { name: 'attempt', key: 'reminder_id' },
  { name: 'decision', key: 'reminder_id' },
  { name: 'receipt', key: 'reminder_id' },
  { name: 'contact', key: 'at' },
] as const
/** This month and as many more are made at once; the sweeper goes on from there. */
const MONTHS_AHEAD = 3

type Table = (typeof TABLES)[number]

const monthAfter = (month: Date, months: number): Date => new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + months))
const label = (month: Date): string => month.toISOString().slice(0, 7).replace('-', '_')

/** The first key of a month, as a literal. A uuidv7 begins with its milliseconds in 48 bits. */
function firstKey({ key }: Table, month: Date): string {
  if (key === 'at') return `'${month.toISOString()}'`
  const hex = month.getTime().toString(16).padStart(12, '0')
  return `'${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000'`
}

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = async (statement: string) => void (await sql.raw(statement).execute(db))
  const { rows: clock } = await sql<{ month: Date }>`SELECT date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS month`.execute(db)
  const thisMonth = new Date(clock[0]?.month ?? Date.now())

  for (const table of TABLES) {
    const { rows: indexes } = await sql<{ name: string; definition: string; primary: boolean }>`
      SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition, i.indisprimary AS primary
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = ${`decorum.${table.name}`}::regclass ORDER BY c.relname`.execute(db)
    const { rows: keys } = await sql<{ definition: string }>`
      SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = ${`decorum.${table.name}`}::regclass AND contype = 'p'`.execute(db)
    const before = `${table.name}_before_${label(monthAfter(thisMonth, 1))}`

    for (const index of indexes) await run(`ALTER INDEX decorum.${index.name} RENAME TO before_${index.name}`)
    await run(`ALTER TABLE decorum.${table.name} RENAME TO ${before}`)
    await run(`CREATE TABLE decorum.${table.name} (LIKE decorum.${before} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE) PARTITION BY RANGE (${table.key})`)
    await run(`ALTER TABLE decorum.${table.name} ADD CONSTRAINT ${table.name}_pkey ${keys[0]?.definition}`)
    for (const index of indexes) if (!index.primary) await run(index.definition)
    await run(`CREATE TABLE decorum.${table.name}_default PARTITION OF decorum.${table.name} DEFAULT`)

    const { rows: filled } = await sql<{ filled: boolean }>`SELECT EXISTS (SELECT 1 FROM ${sql.table(`decorum.${before}`)}) AS filled`.execute(db)
    const keep = filled[0]?.filled === true
    for (let ahead = keep ? 1 : 0; ahead <= MONTHS_AHEAD; ahead++) {
      const month = monthAfter(thisMonth, ahead)
      await run(`CREATE TABLE decorum.${table.name}_${label(month)} PARTITION OF decorum.${table.name}
        FOR VALUES FROM (${firstKey(table, month)}) TO (${firstKey(table, monthAfter(month, 1))})`)
    }
    if (keep) {
      const bound = firstKey(table, monthAfter(thisMonth, 1))
      await run(`WITH later AS (DELETE FROM decorum.${before} WHERE ${table.key} >= ${bound} RETURNING *) INSERT INTO decorum.${table.name} SELECT * FROM later`)
      await run(`ALTER TABLE decorum.${table.name} ATTACH PARTITION decorum.${before} FOR VALUES FROM (MINVALUE) TO (${bound})`)
    } else {
      await run(`DROP TABLE decorum.${before}`)
    }
  }

  await run(`CREATE TABLE decorum.conversation (
    recipient_id uuid NOT NULL,
    at timestamptz NOT NULL,
    id uuid NOT NULL,                         -- the contact's
    creditor text NOT NULL,
    channel text NOT NULL,
    direction text NOT NULL,
    mode text,
    outcome text NOT NULL CHECK (outcome = 'conversation'),
    party text,
    made_by text NOT NULL,
    address_hash bytea,
    account_ids uuid[] NOT NULL,
    PRIMARY KEY (recipient_id, at, id)
  )`)
  await run(`INSERT INTO decorum.conversation
    SELECT recipient_id, at, id, creditor, channel, direction, mode, outcome, party, made_by, address_hash, account_ids
    FROM decorum.contact WHERE outcome = 'conversation'`)
  // A trigger, because contacts are written in many places and a conversation that one of them forgot would be a cap passed.
  await run(`CREATE FUNCTION decorum.remember_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        DELETE FROM decorum.conversation WHERE recipient_id = OLD.recipient_id AND at = OLD.at AND id = OLD.id;
      END IF;
      IF TG_OP <> 'DELETE' AND NEW.outcome = 'conversation' THEN
        INSERT INTO decorum.conversation
        VALUES (NEW.recipient_id, NEW.at, NEW.id, NEW.creditor, NEW.channel, NEW.direction, NEW.mode, NEW.outcome, NEW.party, NEW.made_by,
          NEW.address_hash, NEW.account_ids)
        ON CONFLICT DO NOTHING;
      END IF;
      RETURN NULL;
    END $$`)
  const remember = 'FOR EACH ROW WHEN (%) EXECUTE FUNCTION decorum.remember_conversation()'
  await run(`CREATE TRIGGER conversation_had AFTER INSERT ON decorum.contact ${remember.replace('%', `NEW.outcome = 'conversation'`)}`)
  await run(`CREATE TRIGGER conversation_changed AFTER UPDATE ON decorum.contact ${remember.replace('%', `OLD.outcome = 'conversation' OR NEW.outcome = 'conversation'`)}`)
  await run(`CREATE TRIGGER conversation_undone AFTER DELETE ON decorum.contact ${remember.replace('%', `OLD.outcome = 'conversation'`)}`)
}
