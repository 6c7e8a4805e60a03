import { sql, type Kysely } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { Tone } from '../../model/tone.ts'
import type { Locked } from '../locks.ts'
import type { Database } from '../schema.ts'

/** Attempts whose lease ran out while they were sending: candidates only, the guarded update decides. */
export async function overdueLeases(db: Kysely<Database>, limit: number): Promise<{ reminderId: string; attemptNo: number; recipientId: string }[]> {
  const { rows } = await sql<{ reminderId: string; attemptNo: number; recipientId: string }>`
    SELECT reminder_id AS "reminderId", no AS "attemptNo", recipient_id AS "recipientId" FROM decorum.attempt
    WHERE status = 'sending' AND lease_until < clock_timestamp() ORDER BY lease_until LIMIT ${limit}`.execute(db)
  return rows
}

/** An attempt to ask its provider about, with what a look-up in the provider's books needs. */
export interface Doubt {
  reminderId: string
  attemptNo: number
  recipientId: string
  creditor: string
  live: boolean
  channel: Channel
  route: string
  tone: Tone
  template: string
  templateVersion: string
  locale: string
  recipientLocale: string | null
  messageHash: Buffer
  wordFacts: Buffer | null
  dataKey: Buffer | null
  dataKeyId: string | null
  addressId: string
  addressValue: Buffer | null
  reservedAt: Date
  goodUntil: Date
  validSeconds: number
  providerRef: string | null
  attempts: number
  expiresAt: Date
  /** Machine time since the lease ended, in milliseconds. */
  sinceLeaseMs: number
}

/** Which attempts to ask a provider about: those in doubt, or those accepted whose end has not been reported. */
const ASKED = {
  doubt: sql`status = 'in_doubt'`,
  unfinished: sql`status = 'accepted' AND NOT delivery_final AND channel IN ('sms', 'phone') AND provider <> 'capture'`,
}

/**
 * Takes attempts to ask their providers about, marking them as looked up now.
 *
 * @param everyMs  machine time since the last look-up
 * @param between  business time of the reservation
 */
export async function takeToLookUp(
  db: Kysely<Database>, asked: keyof typeof ASKED, everyMs: number, limit: number, between?: { from: Date; to: Date },
): Promise<Doubt[]> {
  const period = between === undefined ? sql`true` : sql`reserved_at BETWEEN ${between.from} AND ${between.to}`
  const { rows } = await sql<Doubt>`
    WITH due AS (
      SELECT reminder_id, no FROM decorum.attempt
      WHERE ${ASKED[asked]} AND ${period}
        AND (looked_up_at IS NULL OR looked_up_at < clock_timestamp() - ${everyMs} * interval '1 millisecond')
      ORDER BY reserved_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE decorum.attempt a SET looked_up_at = clock_timestamp() FROM due WHERE a.reminder_id = due.reminder_id AND a.no = due.no RETURNING a.*
    )
    SELECT t.reminder_id AS "reminderId", t.no AS "attemptNo", t.recipient_id AS "recipientId", t.creditor, r.live, t.channel, t.route, r.tone,
      t.template, t.template_version AS "templateVersion", t.locale, p.locale AS "recipientLocale", t.message_hash AS "messageHash", t.word_facts AS "wordFacts", p.data_key AS "dataKey", p.data_key_id AS "dataKeyId",
      t.address_id AS "addressId", ra.value AS "addressValue", t.reserved_at AS "reservedAt", t.good_until AS "goodUntil",
      t.valid_seconds AS "validSeconds", t.provider_ref AS "providerRef", r.attempts, r.expires_at AS "expiresAt",
      floor(extract(epoch FROM clock_timestamp() - t.lease_until) * 1000)::bigint AS "sinceLeaseMs"
    FROM taken t
    JOIN decorum.reminder r ON r.id = t.reminder_id
    JOIN decorum.recipient p ON p.id = t.recipient_id
    JOIN decorum.recipient_address ra ON ra.id = t.address_id`.execute(db)
  return rows
}

/** Calls that were accepted and whose end nobody reported, longer ago than `before` in business time. */
export async function silentCalls(db: Kysely<Database>, before: Date, limit: number): Promise<{ reminderId: string; attemptNo: number }[]> {
  const { rows } = await sql<{ reminderId: string; attemptNo: number }>`
    SELECT reminder_id AS "reminderId", no AS "attemptNo" FROM decorum.attempt
    WHERE channel = 'phone' AND status = 'accepted' AND NOT delivery_final
      AND reserved_at < ${before} ORDER BY reserved_at LIMIT ${limit}`.execute(db)
  return rows
}

/** Puts an attempt in doubt when its lease is over and it is still sending; false when it was settled meanwhile. */
export async function putInDoubt(trx: Locked, reminderId: string, attemptNo: number, now: Date): Promise<boolean> {
  const { rows } = await sql<{ recipient_id: string; reserved_at: Date }>`
    UPDATE decorum.attempt SET status = 'in_doubt', code = 'lease_expired', settled_at = ${now}
    WHERE reminder_id = ${reminderId}::uuid AND no = ${attemptNo} AND status = 'sending' AND lease_until < clock_timestamp()
    RETURNING recipient_id, reserved_at`.execute(trx)
  const [attempt] = rows
  if (attempt === undefined) return false
  await sql`
    UPDATE decorum.reminder SET status = 'in_doubt', updated_at = ${now} WHERE id = ${reminderId}::uuid AND status = 'sending'`.execute(trx)
  await sql`
    UPDATE decorum.contact SET outcome = 'in-doubt'
    WHERE recipient_id = ${attempt.recipient_id}::uuid AND at = ${attempt.reserved_at} AND id = ${reminderId}::uuid AND outcome = 'pending'`.execute(trx)
  return true
}
