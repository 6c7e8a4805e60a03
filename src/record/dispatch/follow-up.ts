import { sql, type Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { Kind, Mode } from '../../model/kind.ts'
import type { Role } from '../../model/role.ts'
import type { Tone } from '../../model/tone.ts'
import type { Database } from '../schema.ts'

/** A reminder whose channel failed, with what a follow-up on another channel needs. */
export interface FailedReminder {
  id: string
  creditor: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  fallbackChannels: Channel[]
  template: string
  ladder: string | null
  ladderVersion: string | null
  rung: string | null
  dueAt: Date
  expiresAt: Date
  variables: Buffer | null
  jurisdiction: string | null
  product: string
  role: Role
  accounts: { accountId: string; spellId: string | null; pass: number | null; lead: boolean }[]
}

/** What would a follow-up of this reminder be made of? Null when it names no further channel. */
export async function failedReminder(trx: Transaction<Database>, reminderId: string): Promise<FailedReminder | null> {
  const { rows } = await sql<FailedReminder>`
    SELECT r.id, r.creditor, r.recipient_id AS "recipientId", r.live, r.origin, r.kind, r.mode, r.tone,
      r.fallback_channels AS "fallbackChannels", r.template, r.ladder, r.ladder_version AS "ladderVersion", r.rung,
      r.due_at AS "dueAt", r.expires_at AS "expiresAt", r.variables, p.jurisdiction, lead.product, lead.role,
      (SELECT jsonb_agg(jsonb_build_object('accountId', ra.account_id, 'spellId', ra.spell_id, 'pass', s.pass, 'lead', ra.lead))
        FROM decorum.reminder_account ra LEFT JOIN decorum.spell s ON s.id = ra.spell_id WHERE ra.reminder_id = r.id) AS accounts
    FROM decorum.reminder r
    JOIN decorum.recipient p ON p.id = r.recipient_id
    JOIN decorum.reminder_account la ON la.reminder_id = r.id AND la.lead
    JOIN decorum.account lead ON lead.id = la.account_id
    WHERE r.id = ${reminderId}::uuid AND cardinality(r.fallback_channels) > 0`.execute(trx)
  return rows[0] ?? null
}
