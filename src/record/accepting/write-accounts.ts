import { type Insertable, type Transaction } from 'kysely'
import type { VersionedBody } from './ladder-version.ts'
import { pinLadders } from './ladder-version.ts'
import type { Database, SpellTable } from '../schema.ts'
import type { AccountRow, SpellRow } from './known-accounts.ts'

/** Adds accounts, or writes every column of those that are known. */
export async function writeAccounts(trx: Transaction<Database>, accounts: readonly AccountRow[]): Promise<void> {
  if (accounts.length === 0) return
  await trx.insertInto('decorum.account').values(accounts.map((account) => ({
    ...account, overdue_parts: JSON.stringify(account.overdue_parts), facts_for_words: JSON.stringify(account.facts_for_words),
  }))).onConflict((oc) => oc.column('id').doUpdateSet((eb) => ({
    recipient_id: eb.ref('excluded.recipient_id'), product: eb.ref('excluded.product'), role: eb.ref('excluded.role'),
    ladder: eb.ref('excluded.ladder'), state: eb.ref('excluded.state'), risk_band: eb.ref('excluded.risk_band'),
    overdue_minor: eb.ref('excluded.overdue_minor'), outstanding_minor: eb.ref('excluded.outstanding_minor'),
    minimum_due_minor: eb.ref('excluded.minimum_due_minor'), overdue_parts: eb.ref('excluded.overdue_parts'),
    due_date: eb.ref('excluded.due_date'), next_due_date: eb.ref('excluded.next_due_date'),
    stated_days_past_due: eb.ref('excluded.stated_days_past_due'), grace_days: eb.ref('excluded.grace_days'),
    auto_debit: eb.ref('excluded.auto_debit'), reference_masked: eb.ref('excluded.reference_masked'),
    facts_for_words: eb.ref('excluded.facts_for_words'), variables: eb.ref('excluded.variables'), as_of: eb.ref('excluded.as_of'),
    spell_id: eb.ref('excluded.spell_id'), not_before: eb.ref('excluded.not_before'), tone_ceiling: eb.ref('excluded.tone_ceiling'),
    plan_at: eb.ref('excluded.plan_at'), updated_at: eb.ref('excluded.updated_at'),
  }))).execute()
}

/** Adds spells, or writes how far known ones have come; the ladder of a new one is pinned with it. */
export async function writeSpells(trx: Transaction<Database>, spells: readonly SpellRow[], ladders: readonly VersionedBody[], at: Date): Promise<void> {
  if (spells.length === 0) return
  await pinLadders(trx, ladders, at)
  await trx.insertInto('decorum.spell').values([...spells] as Insertable<SpellTable>[]).onConflict((oc) => oc.column('id').doUpdateSet((eb) => ({
    pass: eb.ref('excluded.pass'), entered_at: eb.ref('excluded.entered_at'), entered_days_past_due: eb.ref('excluded.entered_days_past_due'),
    entered_by: eb.ref('excluded.entered_by'), ended_at: eb.ref('excluded.ended_at'), ended_as: eb.ref('excluded.ended_as'),
  }))).execute()
}

/** Others who owe the same; the whole list is replaced. */
export async function writeParties(trx: Transaction<Database>, accountId: string, parties: readonly { recipientId: string; relation: string }[]): Promise<void> {
  await trx.deleteFrom('decorum.account_party').where('account_id', '=', accountId).execute()
  if (parties.length === 0) return
  await trx.insertInto('decorum.account_party')
    .values(parties.map((party) => ({ account_id: accountId, recipient_id: party.recipientId, relation: party.relation })))
    .onConflict((oc) => oc.doNothing()).execute()
}
