import { type Kysely, sql } from 'kysely'
import { EVIDENCE } from './chain/evidence.ts'
import type { Database } from './schema.ts'

/** Who may do what with the ledger beside its owner, who migrates it and drops months. */
export interface LedgerRoles {
  /** What the daemons, the API and the command line work as: no DDL, and of evidence no DELETE and no UPDATE but of what changes lawfully. */
  runtime: string
  /** Reads, for audits and reports; null: none. */
  reader: string | null
}

/** What the runtime only adds to; of what makes the chain it removes the notes that have become links. */
const ADDED_TO = ['chain_link', 'chain_head', 'chain_signed', 'chain_writer']
const REMOVED_FROM = ['chain_note']
const READ_ONLY = ['migration', 'dictionary', 'chain_shape']
/** What the owner does for the runtime. */
const FUNCTIONS = [
  'make_month(text, timestamptz)',
  'withdraw_contact(uuid, timestamptz, uuid)',
  'forget_awaited(text, timestamptz)',
  'erase_evidence(uuid)',
  'erase_reservations(uuid, uuid[], smallint[], timestamptz[], bytea[])',
]

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * Which SQL gives these roles their rights on a migrated ledger? Run by its owner, again after each migration; the same again changes nothing.
 *
 * Roles that are not there are made without a right to log in: give them to those who do (`GRANT decorum_runtime TO app`).
 */
export function rolesSql({ runtime, reader }: LedgerRoles): string[] {
  const roles = [runtime, ...(reader === null ? [] : [reader])]
  const all = roles.map(quoted).join(', ')
  const app = quoted(runtime)
  const own = [...EVIDENCE.map((one) => one.relation), ...ADDED_TO, ...REMOVED_FROM, ...READ_ONLY]
    .map(literal)
    .join(', ')
  return [
    ...roles.map(
      (role) =>
        `DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = ${literal(role)}) THEN CREATE ROLE ${quoted(role)} NOLOGIN; END IF; END $$`,
    ),
    `REVOKE ALL ON SCHEMA decorum FROM PUBLIC, ${all}`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA decorum FROM PUBLIC, ${all}`,
    `GRANT USAGE ON SCHEMA decorum TO ${all}`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA decorum TO ${all}`,
    // Months to come are made by the owner.
    `ALTER DEFAULT PRIVILEGES IN SCHEMA decorum GRANT SELECT ON TABLES TO ${all}`,
    `GRANT USAGE ON SEQUENCE decorum.event_order TO ${app}`,
    `DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'decorum'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND relname NOT IN (${own})
      LOOP EXECUTE format('GRANT INSERT, UPDATE, DELETE ON decorum.%I TO %I', name, ${literal(runtime)}); END LOOP;
    END $$`,
    ...EVIDENCE.flatMap(({ relation, changes }) => [
      `GRANT INSERT ON decorum.${relation} TO ${app}`,
      ...(changes.length === 0 ? [] : [`GRANT UPDATE (${changes.join(', ')}) ON decorum.${relation} TO ${app}`]),
    ]),
    ...ADDED_TO.map((table) => `GRANT INSERT ON decorum.${table} TO ${app}`),
    ...REMOVED_FROM.map((table) => `GRANT DELETE ON decorum.${table} TO ${app}`),
    ...FUNCTIONS.map((name) => `GRANT EXECUTE ON FUNCTION decorum.${name} TO ${app}`),
    // Without Redis the queue has its own tables there, which the owner has made.
    `DO $$ BEGIN IF to_regnamespace('bullmq') IS NOT NULL THEN
      GRANT USAGE ON SCHEMA bullmq TO ${app};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bullmq TO ${app};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA bullmq TO ${app};
    END IF; END $$`,
  ]
}

/** Gives these roles their rights, all or none. */
export const grantRoles = (db: Kysely<Database>, roles: LedgerRoles): Promise<void> =>
  db.transaction().execute(async (trx) => {
    for (const statement of rolesSql(roles)) await sql.raw(statement).execute(trx)
  })
