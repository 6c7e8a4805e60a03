import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'
import type { SentAttempt } from './sent-attempts.ts'

/** A contact that an agent or an agency made, with where its person may be as the record states it. */
export type ContactByPeople = Pick<SentAttempt, 'creditor' | 'recipient' | 'channel' | 'at' | 'timeZone' | 'jurisdiction' | 'evidence' | 'addressZones'>

/** Whom did people call or write to? Oldest first. Where the number was not reported, all of the person's on that channel leave the place open. */
export async function contactsByPeople(db: Kysely<Database>): Promise<ContactByPeople[]> {
  const { rows } = await sql<ContactByPeople>`
    SELECT k.creditor, p.external_id AS recipient, k.channel, k.at, p.time_zone AS "timeZone", p.jurisdiction, p.location_evidence AS evidence,
      ARRAY(SELECT DISTINCT unnest(ad.zones) FROM decorum.recipient_address ad
        WHERE ad.recipient_id = k.recipient_id AND ad.channel = k.channel AND (k.address_hash IS NULL OR ad.hash = k.address_hash)) AS "addressZones"
    FROM decorum.contact k JOIN decorum.recipient p ON p.id = k.recipient_id
    WHERE k.direction = 'outbound' AND k.made_by <> 'decorum' ORDER BY k.at, p.external_id`.execute(db)
  return rows
}
