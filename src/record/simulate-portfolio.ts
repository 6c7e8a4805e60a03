import { type Kysely, sql } from 'kysely'
import type { Channel, Kind, Mode, Tone } from '../model/vocabulary.ts'
import type { AccountForDecision } from './dispatch/decision-inputs.ts'
import { readInBulk } from './pg/batch.ts'
import type { Database } from './schema.ts'

/** Which recipients have a running spell, with the creditor's own ids? In order of id, after `after`. */
export async function recipientsInSpells(
  db: Kysely<Database>,
  creditor: string | null,
  after: string | null,
  limit: number,
): Promise<{ id: string; externalId: string }[]> {
  const { rows } = await sql<{ id: string; externalId: string }>`
    SELECT r.id, r.external_id AS "externalId" FROM decorum.recipient r
    WHERE (${creditor}::text IS NULL OR r.creditor = ${creditor}) AND (${after}::uuid IS NULL OR r.id > ${after}::uuid)
      AND EXISTS (SELECT 1 FROM decorum.account a WHERE a.recipient_id = r.id AND a.spell_id IS NOT NULL)
    ORDER BY r.id LIMIT ${limit}`.execute(db)
  return rows
}

/** How many recipients have a running spell? */
export async function countRecipientsInSpells(db: Kysely<Database>, creditor: string | null): Promise<number> {
  const { rows } = await readInBulk(db, (trx) =>
    sql<{ people: number }>`
      SELECT count(DISTINCT recipient_id)::int AS people FROM decorum.account
      WHERE spell_id IS NOT NULL AND (${creditor}::text IS NULL OR creditor = ${creditor})`.execute(trx),
  )
  return rows[0]?.people ?? 0
}

/** An account of one of these recipients, as dispatch would read it. */
export type RecipientAccount = Omit<AccountForDecision, 'reminderId' | 'lead' | 'spellId'> & { recipientId: string }

/** Every account of these recipients, with a spell or without. */
export async function accountsOfRecipients(
  db: Kysely<Database>,
  recipientIds: readonly string[],
): Promise<RecipientAccount[]> {
  const { rows } = await sql<RecipientAccount>`
    SELECT a.recipient_id AS "recipientId", a.spell_id AS "currentSpellId", a.id, a.product, a.role, a.state, a.currency,
      a.overdue_minor AS "overdueMinor", a.minimum_due_minor AS "minimumDueMinor", a.due_date AS "dueDate",
      a.stated_days_past_due AS "statedDaysPastDue", a.reference_masked AS "referenceMasked", a.facts_for_words AS "factsForWords",
      a.as_of AS "asOf", a.variables
    FROM decorum.account a WHERE a.recipient_id = ANY(${recipientIds}::uuid[]) ORDER BY a.id`.execute(db)
  return rows
}

/** A waiting reminder, with the accounts that it is about. */
export interface WaitingReminder {
  id: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  channel: Channel
  fallbackChannels: Channel[]
  tone: Tone
  kind: Kind
  mode: Mode
  template: string
  ladder: string | null
  ladderVersion: string | null
  rung: string | null
  /** Hexadecimal. */
  uniqueKey: string
  route: string
  dueAt: Date
  nextAt: Date
  expiresAt: Date
  tries: number
  decidedAs: string | null
  accounts: { accountId: string; spellId: string | null; pass: number | null; lead: boolean; rungs: string[] }[]
}

/** Waiting reminders of these recipients: scheduled or queued. */
export async function waitingReminders(
  db: Kysely<Database>,
  recipientIds: readonly string[],
): Promise<WaitingReminder[]> {
  const { rows } = await sql<WaitingReminder>`
    SELECT m.id, m.recipient_id AS "recipientId", m.live, m.origin, m.ladder, m.ladder_version AS "ladderVersion", encode(m.unique_key, 'hex') AS "uniqueKey", m.channel, m.fallback_channels AS "fallbackChannels", m.tone, m.kind, m.mode, m.template, m.rung, m.route,
      m.due_at AS "dueAt", w.next_at AS "nextAt", m.expires_at AS "expiresAt", w.tries, w.decided_as AS "decidedAs",
      (SELECT jsonb_agg(jsonb_build_object('accountId', ra.account_id, 'spellId', ra.spell_id, 'pass', s.pass, 'lead', ra.lead,
          'rungs', (SELECT coalesce(jsonb_agg(g.rung), '[]'::jsonb) FROM decorum.rung_record g WHERE g.reminder_id = m.id AND g.account_id = ra.account_id))
          ORDER BY ra.lead DESC, ra.account_id)
        FROM decorum.reminder_account ra LEFT JOIN decorum.spell s ON s.id = ra.spell_id WHERE ra.reminder_id = m.id) AS accounts
    FROM decorum.reminder m JOIN decorum.waiting w ON w.reminder_id = m.id WHERE m.recipient_id = ANY(${recipientIds}::uuid[]) ORDER BY m.id`.execute(
    db,
  )
  return rows
}
