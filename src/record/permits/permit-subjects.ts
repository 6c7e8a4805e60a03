import { sql, type Transaction } from 'kysely'
import type { AccountRow } from '../dispatch/decision-inputs.ts'
import type { AddressAnchor } from '../locks.ts'
import type { Database } from '../schema.ts'

/** Which numbers of this person have to be locked before a call is decided? Read it after locking the person. */
export async function numbersOf(trx: Transaction<Database>, recipientId: string): Promise<AddressAnchor[]> {
  const { rows } = await sql<AddressAnchor>`
    SELECT DISTINCT creditor, hash FROM decorum.recipient_address
    WHERE recipient_id = ${recipientId}::uuid AND channel IN ('phone', 'sms') AND removed_at IS NULL`.execute(trx)
  return rows
}

/** An account that a permitted call is to be about. `live`: not registered with a test key. */
export interface PermitAccount extends AccountRow {
  externalId: string
  live: boolean
}

/** This person's accounts of these upstream ids as they stand now, in the order in which they were named; read them after the locks. */
export async function accountsToCallAbout(trx: Transaction<Database>, recipientId: string, externalIds: readonly string[]): Promise<PermitAccount[]> {
  const { rows } = await sql<PermitAccount>`
    SELECT a.external_id AS "externalId", a.live, '' AS "reminderId", wanted.no = 1 AS lead, a.spell_id AS "spellId", a.spell_id AS "currentSpellId", a.id,
      a.product, a.role, a.state, a.currency, a.overdue_minor AS "overdueMinor", a.minimum_due_minor AS "minimumDueMinor", a.due_date AS "dueDate",
      a.stated_days_past_due AS "statedDaysPastDue", a.reference_masked AS "referenceMasked", a.facts_for_words AS "factsForWords",
      a.as_of AS "asOf", a.variables
    FROM unnest(${externalIds}::text[]) WITH ORDINALITY AS wanted (external_id, no)
    JOIN decorum.account a ON a.external_id = wanted.external_id AND a.recipient_id = ${recipientId}::uuid
    ORDER BY wanted.no`.execute(trx)
  return rows
}
