import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** Was it known before the contact `t`, and not over by then? */
const stands = (known: string, ended: string, ends: string) => sql.raw(`${known} < t.at AND (${ended} IS NULL OR ${ended} > t.at) AND (${ends} IS NULL OR ${ends} > t.at)`)

/** Each is a count of things that must not be; the queries ask the record, not the code that wrote it. */
export interface BrokenPromises {
  /** Attempts begun, and contacts that people made, while a stop stood that covers them. */
  afterStop: number
  /** Attempts begun, and contacts that people made, while the person or the account was on hold. */
  whileOnHold: number
  /** Attempts captured twice, reminders sent twice, or one step of one account sent twice over one channel. */
  twice: number
  /** Reminders that ended, or went out, without a decision. */
  undecided: number
  /** Reminders that are neither waiting for their hour nor ended. */
  leftOver: number
}

/** Which of these promises does the record show to be broken? All zero when none is. */
export async function brokenPromises(db: Kysely<Database>): Promise<BrokenPromises> {
  const { rows } = await sql<BrokenPromises>`
    WITH sent AS (
      SELECT * FROM decorum.attempt WHERE status IN ('accepted', 'in_doubt')
    ), reached AS (
      SELECT t.creditor, t.recipient_id, t.channel, t.reserved_at AS at, ARRAY[ad.hash] AS hashes,
        ARRAY(SELECT account_id FROM decorum.reminder_account WHERE reminder_id = t.reminder_id) AS account_ids
      FROM sent t JOIN decorum.recipient_address ad ON ad.id = t.address_id
      UNION ALL
      SELECT k.creditor, k.recipient_id, k.channel, k.at, CASE WHEN k.address_hash IS NOT NULL THEN ARRAY[k.address_hash] ELSE
          ARRAY(SELECT DISTINCT ad.hash FROM decorum.recipient_address ad
            WHERE ad.recipient_id = k.recipient_id AND ad.channel = k.channel AND ad.relation = 'self' AND ad.removed_at IS NULL) END,
        k.account_ids
      FROM decorum.contact k WHERE k.direction = 'outbound' AND k.made_by <> 'decorum'
    )
    SELECT
      (SELECT count(*) FROM reached t WHERE EXISTS (
        SELECT 1 FROM decorum.suppression s
        WHERE s.recipient_id = t.recipient_id AND ${stands('s.received_at', 's.lifted_at', 's.ends_at')}
          AND (s.scope = 'all' OR (s.scope = 'channel' AND s.channel = t.channel)))
        OR (t.hashes <> '{}' AND NOT EXISTS (
          SELECT 1 FROM unnest(t.hashes) AS h (hash) WHERE NOT EXISTS (
            SELECT 1 FROM decorum.suppression s
            WHERE s.creditor = t.creditor AND s.scope = 'address' AND s.address_hash = h.hash AND (s.channel IS NULL OR s.channel = t.channel)
              AND ${stands('s.received_at', 's.lifted_at', 's.ends_at')}))))::int AS "afterStop",
      (SELECT count(*) FROM reached t WHERE EXISTS (
        SELECT 1 FROM decorum.hold h
        WHERE h.recipient_id = t.recipient_id AND h.starts_at < t.at AND ${stands('h.created_at', 'h.ended_at', 'h.ends_at')}
          AND (h.account_id IS NULL OR h.account_id = ANY(t.account_ids))))::int AS "whileOnHold",
      (SELECT count(*) FROM (
        SELECT reminder_id FROM decorum.captured_message GROUP BY reminder_id, attempt_no HAVING count(*) > 1
        UNION ALL
        SELECT t.reminder_id FROM sent t GROUP BY t.reminder_id HAVING count(*) > 1
        UNION ALL
        SELECT ra.account_id FROM sent t JOIN decorum.reminder m ON m.id = t.reminder_id JOIN decorum.reminder_account ra ON ra.reminder_id = m.id
          WHERE m.origin = 'ladder' AND ra.lead GROUP BY ra.account_id, ra.spell_id, m.rung, m.channel, m.unique_key HAVING count(*) > 1
      ) again)::int AS twice,
      (SELECT count(*) FROM decorum.reminder m
        WHERE m.status NOT IN ('scheduled', 'cancelled', 'expired') AND NOT EXISTS (SELECT 1 FROM decorum.decision d WHERE d.reminder_id = m.id))::int AS undecided,
      (SELECT count(*) FROM decorum.reminder WHERE status IN ('queued', 'sending', 'in_doubt'))::int AS "leftOver"`.execute(db)
  return rows[0] as BrokenPromises
}
