import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** Another attempt at the same number or mailbox, about the same time. */
export interface Rival {
  reminderId: string
  attemptNo: number
  reservedAt: Date
  /** The row of the provider's books that is known to be its own. */
  providerRef: string | null
  /** Would its row look the same? Calls all do. */
  looksAlike: boolean
}

/**
 * To which other attempts may a row in the provider's books belong, when it has the number and the time of this one?
 *
 * Whoever shares the number counts, whatever their creditor. Attempts that surely never got there have no row, unless one is known.
 *
 * @param creditors  all there are
 */
export async function rivalsOf(db: Kysely<Database>, attempt: { reminderId: string; attemptNo: number }, creditors: readonly string[]): Promise<Rival[]> {
  // Both windows are as wide as an adapter searches: half a minute of skew at either end of either.
  const { rows } = await sql<Rival>`
    SELECT o.reminder_id AS "reminderId", o.no AS "attemptNo", o.reserved_at AS "reservedAt", o.provider_ref AS "providerRef",
      (o.channel = 'phone' OR o.message_hash = t.message_hash) AS "looksAlike"
    FROM decorum.attempt t
    JOIN decorum.recipient_address mine ON mine.id = t.address_id
    JOIN decorum.recipient_address theirs ON theirs.creditor = ANY(${[...creditors]}::text[]) AND theirs.hash = mine.hash
    JOIN decorum.reminder r ON r.recipient_id = theirs.recipient_id
    JOIN decorum.attempt o ON o.reminder_id = r.id AND o.address_id = theirs.id
    WHERE t.reminder_id = ${attempt.reminderId}::uuid AND t.no = ${attempt.attemptNo} AND (o.reminder_id, o.no) <> (t.reminder_id, t.no)
      AND o.channel = t.channel AND (o.provider_ref IS NOT NULL OR o.status IN ('sending', 'in_doubt', 'accepted'))
      AND o.reserved_at <= t.good_until + interval '1 minute' AND o.good_until >= t.reserved_at - interval '1 minute'`.execute(db)
  return rows
}
