import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** Each is a count of things that must not be; the queries ask the record, not the code that wrote it. */
export interface BrokenPromises {
  /** Attempts begun while a stop stood that covers them. */
  afterStop: number
  /** Attempts begun while the person or the account was on hold. */
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
    WITH sent AS (SELECT * FROM decorum.attempt WHERE status IN ('accepted', 'in_doubt'))
    SELECT
      (SELECT count(*) FROM sent t JOIN decorum.recipient_address ad ON ad.id = t.address_id WHERE EXISTS (
        SELECT 1 FROM decorum.suppression s
        WHERE s.creditor = t.creditor AND s.received_at < t.reserved_at AND (s.lifted_at IS NULL OR s.lifted_at > t.reserved_at)
          AND (s.ends_at IS NULL OR s.ends_at > t.reserved_at)
          AND ((s.scope = 'all' AND s.recipient_id = t.recipient_id)
            OR (s.scope = 'channel' AND s.recipient_id = t.recipient_id AND s.channel = t.channel)
            OR (s.scope = 'address' AND s.address_hash = ad.hash AND (s.channel IS NULL OR s.channel = t.channel)))))::int AS "afterStop",
      (SELECT count(*) FROM sent t WHERE EXISTS (
        SELECT 1 FROM decorum.hold h
        WHERE h.recipient_id = t.recipient_id AND h.created_at < t.reserved_at AND h.starts_at < t.reserved_at
          AND (h.ended_at IS NULL OR h.ended_at > t.reserved_at) AND (h.ends_at IS NULL OR h.ends_at > t.reserved_at)
          AND (h.account_id IS NULL OR h.account_id IN (SELECT account_id FROM decorum.reminder_account WHERE reminder_id = t.reminder_id))))::int AS "whileOnHold",
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
