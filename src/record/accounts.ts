import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { type Locked, requireHeld } from './locks.ts'
import { type Columns, insertRows, updateRows } from './pg/batch.ts'
import { binaryArray } from './pg/binary-array.ts'
import { reaches, type Reach } from './reach.ts'
import { keyText, type UpstreamKey } from './recipients.ts'
import type { Db, AccountTable, Database, SpellTable } from './schema.ts'

export type StoredAccount = Selectable<AccountTable>
export type SpellRow = Selectable<SpellTable>

/** An account with its running spell and its latest one. */
export interface KnownAccount {
  row: StoredAccount
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
      SELECT * FROM unnest(${binaryArray(
        'text',
        keys.map((k) => k.creditor),
      )}::text[], ${binaryArray(
        'text',
        keys.map((k) => k.externalId),
      )}::text[])
    )`.execute(db)
  return new Map(rows.map((row) => [keyText(row), row]))
}

/** Which creditors use this id for an account, or for a recipient? */
export async function creditorsOf(db: Db, what: 'account' | 'recipient', externalId: string): Promise<string[]> {
  const table = what === 'account' ? ('decorum.account' as const) : ('decorum.recipient' as const)
  const rows = await db
    .selectFrom(table)
    .select('creditor')
    .where('external_id', '=', externalId)
    .orderBy('creditor')
    .limit(2)
    .execute()
  return rows.map((row) => row.creditor)
}

/** These accounts as they stand now; call it after locking their recipients. */
export async function knownAccounts(trx: Transaction<Database>, ids: readonly string[]): Promise<KnownAccount[]> {
  if (ids.length === 0) return []
  const rows = await trx.selectFrom('decorum.account').selectAll().where('id', 'in', ids).execute()
  const spells = await trx
    .selectFrom('decorum.spell')
    .selectAll()
    .where('account_id', 'in', ids)
    .orderBy('no')
    .execute()
  const latest = new Map(spells.map((spell) => [spell.account_id, spell]))
  return rows.map((row) => ({ row, spell: latest.get(row.id) ?? null }))
}

/** A ladder's content under the hash of it. */
export interface VersionedBody {
  ladder: string
  version: string
  body: unknown
}

/** Stores these ladder versions, for spells to refer to; known ones stay as they are. */
async function pinLadders(trx: Transaction<Database>, ladders: readonly VersionedBody[], at: Date): Promise<void> {
  if (ladders.length === 0) return
  const unique = new Map(ladders.map((ladder) => [`${ladder.ladder} ${ladder.version}`, ladder]))
  const ordered = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ladder]) => ladder)
  await trx
    .insertInto('decorum.ladder_version')
    .values(
      ordered.map((ladder) => ({
        ladder: ladder.ladder,
        version: ladder.version,
        body: JSON.stringify(ladder.body),
        first_used_at: at,
      })),
    )
    .onConflict((oc) => oc.columns(['ladder', 'version']).doNothing())
    .execute()
}

/** What may change about an account; the rest is fixed when it is added. */
const CHANGING = {
  recipient_id: 'uuid',
  product: 'text',
  role: 'text',
  ladder: 'text',
  state: 'text',
  risk_band: 'text',
  overdue_minor: 'bigint',
  outstanding_minor: 'bigint',
  minimum_due_minor: 'bigint',
  overdue_parts: 'jsonb',
  due_date: 'date',
  next_due_date: 'date',
  stated_days_past_due: 'integer',
  grace_days: 'integer',
  auto_debit: 'boolean',
  reference_masked: 'text',
  facts_for_words: 'jsonb',
  variables: 'bytea',
  as_of: 'timestamptz',
  stated_minor: 'bigint',
  stated_at: 'timestamptz',
  stated_by: 'text',
  spell_id: 'uuid',
  not_before: 'timestamptz',
  tone_ceiling: 'text',
  plan_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const satisfies Columns<StoredAccount>

const insertAccounts = insertRows<StoredAccount>('decorum.account', {
  id: 'uuid',
  creditor: 'text',
  external_id: 'text',
  live: 'boolean',
  currency: 'text',
  created_at: 'timestamptz',
  ...CHANGING,
})

/** Adds accounts of locked recipients. One that was added meanwhile is a unique violation, which callers retry. */
export async function addAccounts(trx: Locked, accounts: readonly StoredAccount[]): Promise<void> {
  requireHeld(
    trx,
    accounts.map((account) => account.recipient_id),
  )
  await insertAccounts(trx, accounts)
}

const updateAccounts = updateRows<StoredAccount>('decorum.account', { id: 'uuid', ...CHANGING })

/** Writes what changed about accounts; their recipients are locked. */
export async function writeAccounts(trx: Locked, accounts: readonly StoredAccount[]): Promise<void> {
  requireHeld(
    trx,
    accounts.map((account) => account.recipient_id),
  )
  await updateAccounts(trx, accounts)
}

const upsertSpells = insertRows<SpellRow>(
  'decorum.spell',
  {
    id: 'uuid',
    creditor: 'text',
    account_id: 'uuid',
    no: 'integer',
    pass: 'integer',
    ladder: 'text',
    ladder_version: 'text',
    started_on: 'date',
    entered_at: 'timestamptz',
    entered_days_past_due: 'integer',
    entered_by: 'text',
    first_message_at: 'timestamptz',
    last_tone: 'text',
    ended_at: 'timestamptz',
    ended_as: 'text',
  },
  `ON CONFLICT (id) DO UPDATE SET pass = excluded.pass, entered_at = excluded.entered_at, entered_days_past_due = excluded.entered_days_past_due,
  entered_by = excluded.entered_by, ended_at = excluded.ended_at, ended_as = excluded.ended_as`,
)

/** Adds spells, or updates known ones; the ladder of a new one is pinned with it. */
export async function writeSpells(
  trx: Locked,
  spells: readonly SpellRow[],
  ladders: readonly VersionedBody[],
  at: Date,
): Promise<void> {
  if (spells.length === 0) return
  await pinLadders(trx, ladders, at)
  await upsertSpells(trx, spells)
}

/** Replaces the other recipients who owe on an account. */
export async function writeParties(
  trx: Locked,
  accountId: string,
  parties: readonly { recipientId: string; relation: string }[],
): Promise<void> {
  await trx.deleteFrom('decorum.account_party').where('account_id', '=', accountId).execute()
  if (parties.length === 0) return
  await trx
    .insertInto('decorum.account_party')
    .values(
      parties.map((party) => ({ account_id: accountId, recipient_id: party.recipientId, relation: party.relation })),
    )
    .onConflict((oc) => oc.doNothing())
    .execute()
}

/** Accounts with the creditor's own ids of account and borrower, and the running spell. */
const accountRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.account as a')
    .innerJoin('decorum.recipient as r', 'r.id', 'a.recipient_id')
    .leftJoin('decorum.spell as s', 's.id', 'a.spell_id')
    .select([
      'a.id',
      'a.creditor',
      'a.external_id',
      'a.recipient_id',
      'a.live',
      'a.product',
      'a.role',
      'a.ladder',
      'a.state',
      'a.risk_band',
      'a.currency',
      'a.overdue_minor',
      'a.outstanding_minor',
      'a.minimum_due_minor',
      'a.due_date',
      'a.next_due_date',
      'a.stated_days_past_due',
      'a.grace_days',
      'a.auto_debit',
      'a.reference_masked',
      'a.as_of',
      'a.plan_at',
      'a.updated_at',
      'r.data_key',
      'r.data_key_id',
      'r.external_id as recipient_external_id',
      's.no as spell_no',
      's.pass as spell_pass',
      's.ladder_version as spell_ladder_version',
      's.started_on as spell_started_on',
      's.entered_at as spell_entered_at',
      's.last_tone as spell_last_tone',
    ])

export type AccountListing = Awaited<ReturnType<ReturnType<typeof accountRows>['execute']>>[number]

/** Which accounts have this id of a creditor? At most two, which is enough to see that it is ambiguous. */
export const accountsByExternalId = (
  db: Kysely<Database>,
  reach: Reach,
  externalId: string,
): Promise<AccountListing[]> =>
  accountRows(db)
    .where('a.external_id', '=', externalId)
    .where(reaches(reach, 'a.creditor', ['a.live', 'r.live']))
    .limit(2)
    .execute()

interface AccountFilter extends Reach {
  state: AccountListing['state'] | null
  recipientExternalId: string | null
  /** Only accounts registered after this one. */
  after: string | null
  limit: number
}

/** Accounts in the order in which they were registered. */
export const listAccounts = (db: Kysely<Database>, filter: AccountFilter): Promise<AccountListing[]> =>
  accountRows(db)
    .where(reaches(filter, 'a.creditor', ['a.live', 'r.live']))
    .$if(filter.state !== null, (q) => q.where('a.state', '=', filter.state as AccountListing['state']))
    .$if(filter.recipientExternalId !== null, (q) =>
      q.where('r.external_id', '=', filter.recipientExternalId as string),
    )
    .$if(filter.after !== null, (q) => q.where('a.id', '>', filter.after as string))
    .orderBy('a.id')
    .limit(filter.limit)
    .execute()
