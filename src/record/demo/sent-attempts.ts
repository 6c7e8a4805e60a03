import { sql, type Kysely } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { LocationEvidence } from '../../model/facts.ts'
import type { Kind } from '../../model/kind.ts'
import type { DeliveryState } from '../../model/outcome.ts'
import type { Tone } from '../../model/tone.ts'
import type { Database } from '../schema.ts'

/** One attempt that went out, with where its person may be as the record states it. */
export interface SentAttempt {
  reminderId: string
  no: number
  creditor: string
  recipient: string
  accounts: string[]
  channel: Channel
  tone: Tone
  kind: Kind
  locale: string
  at: Date
  delivery: DeliveryState | null
  messageHash: Buffer
  timeZone: string | null
  jurisdiction: string | null
  evidence: LocationEvidence[]
  addressZones: string[]
}

/** What went out, oldest first: accepted by a provider, or possibly so. */
export async function sentAttempts(db: Kysely<Database>): Promise<SentAttempt[]> {
  const { rows } = await sql<SentAttempt>`
    SELECT t.reminder_id AS "reminderId", t.no, t.creditor, p.external_id AS recipient,
      (SELECT array_agg(a.external_id ORDER BY ra.lead DESC, a.external_id) FROM decorum.reminder_account ra
        JOIN decorum.account a ON a.id = ra.account_id WHERE ra.reminder_id = m.id) AS accounts,
      t.channel, m.tone, m.kind, t.locale, t.reserved_at AS at, t.delivery, t.message_hash AS "messageHash",
      p.time_zone AS "timeZone", p.jurisdiction, p.location_evidence AS evidence, ad.zones AS "addressZones"
    FROM decorum.attempt t
    JOIN decorum.reminder m ON m.id = t.reminder_id
    JOIN decorum.recipient p ON p.id = t.recipient_id
    JOIN decorum.recipient_address ad ON ad.id = t.address_id
    WHERE t.status IN ('accepted', 'in_doubt')
    ORDER BY t.reserved_at, p.external_id, t.channel`.execute(db)
  return rows
}
