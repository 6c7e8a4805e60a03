import type { VersionedBody } from './ladder-version.ts'
import { pinLadders } from './ladder-version.ts'
import { requireHeld, type Locked } from '../locks.ts'
import { insertRows, updateRows, type Columns } from '../write-rows.ts'
import type { AccountRow, SpellRow } from './known-accounts.ts'

/** What may change about an account; the rest is fixed when it is added. */
const CHANGING = {
  recipient_id: 'uuid', product: 'text', role: 'text', ladder: 'text', state: 'text', risk_band: 'text', overdue_minor: 'bigint', outstanding_minor: 'bigint',
  minimum_due_minor: 'bigint', overdue_parts: 'jsonb', due_date: 'date', next_due_date: 'date', stated_days_past_due: 'integer', grace_days: 'integer',
  auto_debit: 'boolean', reference_masked: 'text', facts_for_words: 'jsonb', variables: 'bytea', as_of: 'timestamptz', stated_minor: 'bigint',
  stated_at: 'timestamptz', stated_by: 'text', spell_id: 'uuid', not_before: 'timestamptz', tone_ceiling: 'text', plan_at: 'timestamptz', updated_at: 'timestamptz',
} as const satisfies Columns<AccountRow>

const insertAccounts = insertRows<AccountRow>('decorum.account', {
  id: 'uuid', creditor: 'text', external_id: 'text', live: 'boolean', currency: 'text', created_at: 'timestamptz', ...CHANGING,
})

/** Adds accounts of people that are locked. One that was added meanwhile is a unique violation, and is tried again. */
export async function addAccounts(trx: Locked, accounts: readonly AccountRow[]): Promise<void> {
  requireHeld(trx, accounts.map((account) => account.recipient_id))
  await insertAccounts(trx, accounts)
}

const updateAccounts = updateRows<AccountRow>('decorum.account', { id: 'uuid', ...CHANGING })

/** Writes what changed about accounts whose people are locked. */
export async function writeAccounts(trx: Locked, accounts: readonly AccountRow[]): Promise<void> {
  requireHeld(trx, accounts.map((account) => account.recipient_id))
  await updateAccounts(trx, accounts)
}

const upsertSpells = insertRows<SpellRow>('decorum.spell', {
  id: 'uuid', creditor: 'text', account_id: 'uuid', no: 'integer', pass: 'integer', ladder: 'text', ladder_version: 'text', started_on: 'date',
  entered_at: 'timestamptz', entered_days_past_due: 'integer', entered_by: 'text', first_message_at: 'timestamptz', last_tone: 'text', ended_at: 'timestamptz',
  ended_as: 'text',
}, `ON CONFLICT (id) DO UPDATE SET pass = excluded.pass, entered_at = excluded.entered_at, entered_days_past_due = excluded.entered_days_past_due,
  entered_by = excluded.entered_by, ended_at = excluded.ended_at, ended_as = excluded.ended_as`)

/** Adds spells, or writes how far known ones have come; the ladder of a new one is pinned with it. */
export async function writeSpells(trx: Locked, spells: readonly SpellRow[], ladders: readonly VersionedBody[], at: Date): Promise<void> {
  if (spells.length === 0) return
  await pinLadders(trx, ladders, at)
  await upsertSpells(trx, spells)
}

/** Others who owe the same; the whole list is replaced. */
export async function writeParties(trx: Locked, accountId: string, parties: readonly { recipientId: string; relation: string }[]): Promise<void> {
  await trx.deleteFrom('decorum.account_party').where('account_id', '=', accountId).execute()
  if (parties.length === 0) return
  await trx.insertInto('decorum.account_party')
    .values(parties.map((party) => ({ account_id: accountId, recipient_id: party.recipientId, relation: party.relation })))
    .onConflict((oc) => oc.doNothing()).execute()
}
