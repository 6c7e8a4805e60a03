import { type Kysely, sql } from 'kysely'
import type { ObjectionCode } from '../model/decision.ts'
import type { DeliveryState } from '../model/delivery.ts'
import type { LocationEvidence } from '../model/facts.ts'
import type { Channel, Kind, Tone } from '../model/vocabulary.ts'
import { currentStatus } from './reminders.ts'
import type { Database } from './schema.ts'

/** One attempt that went out, with the recorded evidence of its recipient's location. */
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

/** Was it recorded before the contact `t` and still in force at it? */
const stands = (known: string, ended: string, ends: string) =>
  sql.raw(`${known} < t.at AND (${ended} IS NULL OR ${ended} > t.at) AND (${ends} IS NULL OR ${ends} > t.at)`)

/** Counts of violations, each from the record alone and not from the code that wrote it. */
interface BrokenInvariants {
  /** Attempts begun, and contacts made by agents, while a suppression that covers them was in force. */
  afterStop: number
  /** Attempts begun, and contacts made by agents, while the recipient or the account was on hold. */
  whileOnHold: number
  /** Attempts captured twice, reminders sent twice, or one step of one account sent twice over one channel. */
  twice: number
  /** Reminders that ended, or went out, without a decision. */
  undecided: number
  /** Reminders that are neither scheduled nor ended. */
  leftOver: number
}

/** How often does the record show an invariant violated? All zero when none is. */
export async function brokenInvariants(db: Kysely<Database>): Promise<BrokenInvariants> {
  const { rows } = await sql<BrokenInvariants>`
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
        WHERE ${currentStatus('m')} NOT IN ('scheduled', 'cancelled', 'expired') AND NOT EXISTS (SELECT 1 FROM decorum.decision d WHERE d.reminder_id = m.id))::int AS undecided,
      (SELECT count(*) FROM decorum.reminder m WHERE ${currentStatus('m')} IN ('queued', 'sending', 'in_doubt'))::int AS "leftOver"`.execute(
    db,
  )
  return rows[0] as BrokenInvariants
}

/**
 * Lets commits of the embedded ledger return before they are on disk.
 *
 * For a ledger that is thrown away with the run: the embedded ledger has one session, so this
 * holds for all that follows. Closing it writes everything.
 */
export async function disableSynchronousCommit(db: Kysely<Database>): Promise<void> {
  await sql`SET synchronous_commit TO off`.execute(db)
}

/** When each daemon has something to do next; null: never, until something is reported. */
interface NextWork {
  planner: Date | null
  sweeper: Date | null
}

/**
 * When does the ledger next have work for the planner, and when for the sweeper?
 *
 * For a stepped clock. The planner's: accounts to plan, reminders due or deferred. The sweeper's: receipts
 * invented by capture, holds and manual steps that end.
 */
export async function nextWork(db: Kysely<Database>): Promise<NextWork> {
  const { rows } = await sql<NextWork>`
    SELECT
      least(
        (SELECT min(plan_at) FROM decorum.account),
        (SELECT min(next_at) FROM decorum.waiting WHERE reminder_id NOT IN (SELECT unnest(reminder_ids) FROM decorum.ticket))) AS planner,
      least(
        (SELECT min(at) FROM decorum.invented_receipt WHERE applied_at IS NULL),
        (SELECT min(ends_at) FROM decorum.hold WHERE ended_at IS NULL),
        (SELECT min(expires_at) FROM decorum.task WHERE status = 'open')) AS sweeper`.execute(db)
  return rows[0] as NextWork
}

/** How many reminders one rule kept back, with its citation. */
interface RuleObjections {
  verdict: 'defer' | 'refuse'
  code: ObjectionCode
  rule: string
  citation: string
  verified: boolean
  /** Distinct reminders, however often each was decided. */
  reminders: number
}

/** Which rules were the binding reason of a decision not to send, and for how many reminders? The most frequent first. */
export async function objectionsByRule(db: Kysely<Database>): Promise<RuleObjections[]> {
  const { rows } = await sql<RuleObjections>`
    SELECT d.verdict, d.code, d.rule, min(d.reasons -> 0 ->> 'citation') AS citation, bool_and((d.reasons -> 0 ->> 'verified')::boolean) AS verified,
      count(DISTINCT d.reminder_id)::int AS reminders
    FROM decorum.withheld_decision d WHERE d.code IS NOT NULL AND d.rule IS NOT NULL
    GROUP BY 1, 2, 3 ORDER BY 6 DESC, 1, 3`.execute(db)
  return rows
}

interface PortfolioPlaces {
  accounts: number
  borrowers: number
  places: { jurisdiction: string; borrowers: number }[]
  zones: string[]
}

/** How many borrowers does the ledger know, and where are they? Unknown places are `unknown`. */
export async function portfolioPlaces(db: Kysely<Database>): Promise<PortfolioPlaces> {
  const { rows: places } = await sql<{ jurisdiction: string; borrowers: number }>`
    SELECT coalesce(jurisdiction, 'unknown') AS jurisdiction, count(*)::int AS borrowers FROM decorum.recipient
    GROUP BY 1 ORDER BY 2 DESC, 1`.execute(db)
  const { rows: zones } = await sql<{ zone: string }>`
    SELECT DISTINCT time_zone AS zone FROM decorum.recipient WHERE time_zone IS NOT NULL ORDER BY 1`.execute(db)
  const { rows: accounts } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM decorum.account`.execute(
    db,
  )
  return {
    accounts: accounts[0]?.count ?? 0,
    borrowers: places.reduce((sum, place) => sum + place.borrowers, 0),
    places,
    zones: zones.map(({ zone }) => zone),
  }
}

/**
 * A name of this reminder that is the same in every run.
 *
 * Ids are new each time; the borrower, the step and the hour are not. Null: no such reminder.
 */
export async function reminderName(db: Kysely<Database>, reminderId: string): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    SELECT concat_ws('/', m.creditor, p.external_id, m.origin, m.rung, m.channel, m.tone, extract(epoch FROM m.due_at)::bigint) AS name
    FROM decorum.reminder m JOIN decorum.recipient p ON p.id = m.recipient_id WHERE m.id = ${reminderId}::uuid`.execute(
    db,
  )
  return rows[0]?.name ?? null
}

/** A contact that an agent or an agency made, with the recorded evidence of its recipient's location. */
export type ContactByAgent = Pick<
  SentAttempt,
  'creditor' | 'recipient' | 'channel' | 'at' | 'timeZone' | 'jurisdiction' | 'evidence' | 'addressZones'
>

/** Which contacts did agents make? Oldest first. Where the address was not reported, the zones of all the recipient's on that channel are given. */
export async function contactsByAgents(db: Kysely<Database>): Promise<ContactByAgent[]> {
  const { rows } = await sql<ContactByAgent>`
    SELECT k.creditor, p.external_id AS recipient, k.channel, k.at, p.time_zone AS "timeZone", p.jurisdiction, p.location_evidence AS evidence,
      ARRAY(SELECT DISTINCT unnest(ad.zones) FROM decorum.recipient_address ad
        WHERE ad.recipient_id = k.recipient_id AND ad.channel = k.channel AND (k.address_hash IS NULL OR ad.hash = k.address_hash)) AS "addressZones"
    FROM decorum.contact k JOIN decorum.recipient p ON p.id = k.recipient_id
    WHERE k.direction = 'outbound' AND k.made_by <> 'decorum' ORDER BY k.at, p.external_id`.execute(db)
  return rows
}
