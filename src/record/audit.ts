import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Decision } from '../model/decision.ts'
import type { Facts } from '../model/facts.ts'
import type { Instant } from '../model/time.ts'
import type {
  AccountForDecision,
  RecipientAddress,
  RecipientContact,
  RecipientForDecision,
} from './dispatch/decision-inputs.ts'
import { withDecided } from './dispatch/reservation.ts'
import { epochMs, readInBulk } from './pg/batch.ts'
import type { Database, StoredObjection } from './schema.ts'

/** When a fact was recorded, and when it stopped being one; null: it stands. */
interface Known {
  known: Instant
  gone: Instant | null
}

/** A contact with its identity. */
export interface AuditedContact extends RecipientContact {
  id: string
  /** Of our own attempts, since those of one reminder share its id. */
  attemptNo: number | null
}

/** One recipient with every fact ever recorded, and when it was recorded. */
export interface RecipientAsKnown extends Pick<
  RecipientForDecision,
  'id' | 'creditor' | 'locale' | 'timeZone' | 'jurisdiction' | 'locationEvidence' | 'blockedTimes'
> {
  externalId: string
  /** Removed ones too: contacts were made to them while they were current. */
  addresses: RecipientAddress[]
  consents: (RecipientForDecision['consents'][number] & Known)[]
  contacts: AuditedContact[]
  events: (RecipientForDecision['events'][number] & Known)[]
  holds: (RecipientForDecision['holds'][number] & Known)[]
  suppressions: (RecipientForDecision['suppressions'][number] & Known)[]
  accounts: (Omit<AccountForDecision, 'asOf' | 'variables'> & { asOf: string })[]
  /** By `factsKey`: the facts that our own decision, or a permit's, was made from. */
  facts: Record<string, unknown>
}

/** Under which key are the facts of this contact's decision? */
export const factsKey = ({ id, attemptNo }: Pick<AuditedContact, 'id' | 'attemptNo'>): string =>
  `${id}.${attemptNo ?? 0}`

const CONTACT = sql.raw(
  'c.id, c.at, c.channel, c.direction, c.account_ids, c.address_hash, c.outcome, c.made_by, c.mode, c.party',
)

/** Which recipients had an outbound contact in this period? In pages, by id. */
export async function recipientsContacted(
  db: Kysely<Database>,
  period: { from: Date; to: Date; creditor: string | null },
  after: string | null,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT recipient_id AS id FROM decorum.contact
    WHERE at >= ${period.from} AND at < ${period.to} AND direction = 'outbound' AND (${period.creditor}::text IS NULL OR creditor = ${period.creditor})
      AND (${after}::uuid IS NULL OR recipient_id > ${after}::uuid)
    ORDER BY recipient_id LIMIT ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/** What is on record about these recipients that could bear on a contact from `since` until `to`? */
export async function recipientsAsKnown(
  db: Kysely<Database>,
  ids: readonly string[],
  contacts: { since: Date; to: Date },
): Promise<RecipientAsKnown[]> {
  const { rows } = await sql<RecipientAsKnown>`
    SELECT r.id, r.creditor, r.external_id AS "externalId", r.locale, r.time_zone AS "timeZone", r.jurisdiction,
      r.location_evidence AS "locationEvidence", r.blocked_times AS "blockedTimes", coalesce(own.addresses, '[]'::jsonb) AS addresses,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'channel', c.channel, 'hash', encode(c.address_hash, 'hex'),
          'from', ${epochMs('c.starts_at')}, 'until', ${epochMs('c.ends_at')}, 'known', ${epochMs('c.recorded_at')}, 'gone', NULL)), '[]'::jsonb)
        FROM decorum.consent c WHERE c.recipient_id = r.id) AS consents,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'attemptNo', k.attempt_no, 'at', ${epochMs('k.at')}, 'channel', k.channel,
          'direction', k.direction, 'accounts', k.account_ids, 'hash', encode(k.address_hash, 'hex'), 'outcome', k.outcome, 'by', k.made_by,
          'mode', k.mode, 'party', k.party, 'otherRecipient', k.other) ORDER BY k.at, k.id), '[]'::jsonb)
        FROM (
          SELECT ${CONTACT}, attempt_no, false AS other FROM decorum.contact c
          WHERE c.recipient_id = r.id AND c.at < ${contacts.to} AND c.at > ${contacts.since}
          UNION ALL
          SELECT ${CONTACT}, NULL::smallint, false FROM decorum.conversation c
          WHERE c.recipient_id = r.id AND c.at < ${contacts.to} AND c.at <= ${contacts.since}
          UNION ALL
          SELECT ${CONTACT}, NULL::smallint, true FROM decorum.reported_contact c
          WHERE c.creditor = r.creditor AND c.address_hash = ANY(own.hashes) AND c.recipient_id <> r.id AND c.at > ${contacts.since} AND c.at < ${contacts.to}
          UNION ALL
          SELECT ${CONTACT}, attempt_no, true FROM (
            SELECT DISTINCT recipient_id FROM decorum.recipient_address o
            WHERE o.creditor = r.creditor AND o.hash = ANY(own.hashes) AND o.recipient_id <> r.id
          ) sharer JOIN decorum.contact c ON c.recipient_id = sharer.recipient_id
          WHERE c.reminder_id IS NOT NULL AND c.address_hash = ANY(own.hashes) AND c.at > ${contacts.since} AND c.at < ${contacts.to}
        ) k) AS contacts,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'kind', e.kind, 'at', ${epochMs('e.effective_at')}, 'account', e.account_id,
          'known', ${epochMs('e.received_at')}, 'gone', NULL) ORDER BY e.seq), '[]'::jsonb)
        FROM decorum.event e WHERE e.recipient_id = r.id) AS events,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'account', h.account_id, 'from', ${epochMs('h.starts_at')}, 'until', ${epochMs('h.ends_at')}, 'channel', h.channel,
          'known', ${epochMs('h.created_at')}, 'gone', ${epochMs('h.ended_at')}) ORDER BY h.seq), '[]'::jsonb)
        FROM decorum.hold h WHERE h.recipient_id = r.id) AS holds,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('scope', s.scope, 'channel', s.channel, 'hash', encode(s.address_hash, 'hex'), 'reason', s.reason,
          'from', ${epochMs('s.starts_at')}, 'until', ${epochMs('s.ends_at')}, 'known', ${epochMs('s.received_at')}, 'gone', ${epochMs('s.lifted_at')},
          'otherRecipient', (s.recipient_id IS NOT NULL AND s.recipient_id <> r.id) OR (s.recipient_id IS NULL AND s.awaits_recipient IS NOT NULL))), '[]'::jsonb)
        FROM decorum.suppression s WHERE s.creditor = r.creditor AND (s.recipient_id = r.id OR s.address_hash = ANY(own.hashes))) AS suppressions,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('reminderId', '', 'lead', false, 'spellId', a.spell_id, 'currentSpellId', a.spell_id, 'id', a.id,
          'product', a.product, 'role', a.role, 'state', a.state, 'currency', a.currency, 'overdueMinor', a.overdue_minor,
          'minimumDueMinor', a.minimum_due_minor, 'dueDate', a.due_date, 'statedDaysPastDue', NULL, 'referenceMasked', NULL,
          'factsForWords', '{}'::jsonb, 'asOf', a.as_of) ORDER BY a.id), '[]'::jsonb)
        FROM decorum.account a WHERE a.recipient_id = r.id) AS accounts,
      (SELECT coalesce(jsonb_object_agg(f.key, f.facts), '{}'::jsonb) FROM (
          SELECT k.reminder_id || '.' || k.no AS key, to_jsonb(encode(k.decided, 'hex')) AS facts FROM decorum.reservation k
          WHERE k.recipient_id = r.id AND k.reserved_at > ${contacts.since} AND k.reserved_at < ${contacts.to}
          UNION ALL
          SELECT p.id || '.0' AS key, p.facts FROM decorum.reported_contact k JOIN decorum.permit p ON p.id = k.id
          WHERE k.recipient_id = r.id AND k.at > ${contacts.since} AND k.at < ${contacts.to}
        ) f) AS facts
    FROM decorum.recipient r
    LEFT JOIN LATERAL (
      SELECT array_agg(a.hash) AS hashes,
        jsonb_agg(jsonb_build_object('id', a.id, 'channel', a.channel, 'hash', encode(a.hash, 'hex'), 'kind', a.kind, 'relation', a.relation,
          'source', a.source, 'verifiedAt', ${epochMs('a.verified_at')}, 'country', a.country, 'zones', a.zones, 'subdivisions', a.subdivisions,
          'value', NULL) ORDER BY a.position, a.id) AS addresses
      FROM decorum.recipient_address a WHERE a.recipient_id = r.id
    ) own ON true
    WHERE r.id = ANY(${ids}::uuid[]) ORDER BY r.id`.execute(db)
  return Promise.all(rows.map(async (row) => ({ ...row, facts: await unpackFacts(db, row.facts) })))
}

/** Those of our own attempts are packed, and come as hexadecimal text. */
async function unpackFacts(db: Kysely<Database>, facts: Record<string, unknown>): Promise<Record<string, unknown>> {
  const packed = Object.entries(facts).flatMap(([key, value]) =>
    typeof value === 'string' ? [{ key, decided: Buffer.from(value, 'hex'), packs: null, facts: null }] : [],
  )
  const unpacked = await withDecided(db, packed)
  return { ...facts, ...Object.fromEntries(unpacked.map((one) => [one.key, one.facts])) }
}

/** A query as it ran, so that its figure can be checked by running it again. */
interface RunQuery {
  sql: string
  parameters: unknown[]
}

interface AuditedPeriod {
  from: Date
  to: Date
  creditor: string | null
}

const asRun = (db: Kysely<Database>, query: RawBuilder<unknown>): RunQuery => {
  const { sql: text, parameters } = query.compile(db)
  return { sql: text.replace(/\s+/g, ' ').trim(), parameters: [...parameters] }
}

interface ContactCount {
  channel: string
  direction: string
  by: string
  contacts: number
}

/** How many contacts were there in the period, by channel, direction and maker? */
export async function contactCounts(
  db: Kysely<Database>,
  period: AuditedPeriod,
): Promise<{ rows: ContactCount[]; query: RunQuery }> {
  const query = sql<ContactCount>`
    SELECT channel, direction, made_by AS by, count(*)::int AS contacts FROM decorum.contact
    WHERE at >= ${period.from} AND at < ${period.to} AND (${period.creditor}::text IS NULL OR creditor = ${period.creditor})
    GROUP BY channel, direction, made_by ORDER BY channel, direction, made_by`
  const { rows } = await readInBulk(db, (trx) => query.execute(trx))
  return { rows, query: asRun(db, query) }
}

/** The query that shows these contacts. */
export const contactsQuery = (db: Kysely<Database>, ids: readonly string[]): RunQuery =>
  asRun(db, sql`SELECT * FROM decorum.contact WHERE id = ANY(${ids}::uuid[]) ORDER BY at, id`)

interface OptOutLatency {
  optOuts: number
  worstMs: number | null
  p99Ms: number | null
  /** Of the slowest opt-outs. */
  worstId: string | null
}

/**
 * How long did opt-outs of the period take from being made to being in force?
 *
 * One that reached us late is in force from its arrival; one that begins later, from then.
 */
export async function optOutLatency(
  db: Kysely<Database>,
  period: AuditedPeriod,
): Promise<{ row: OptOutLatency; query: RunQuery }> {
  const query = sql<OptOutLatency>`
    SELECT count(*)::int AS "optOuts", max(ms)::float8 AS "worstMs", (percentile_disc(0.99) WITHIN GROUP (ORDER BY ms))::float8 AS "p99Ms",
      (array_agg(id ORDER BY ms DESC, id))[1] AS "worstId"
    FROM (
      SELECT id, floor(extract(epoch FROM greatest(starts_at, received_at) - least(starts_at, received_at)) * 1000) AS ms FROM decorum.suppression
      WHERE reason = 'opt-out' AND received_at >= ${period.from} AND received_at < ${period.to}
        AND (${period.creditor}::text IS NULL OR creditor = ${period.creditor})
    ) s`
  const { rows } = await readInBulk(db, (trx) => query.execute(trx))
  return { row: rows[0] ?? { optOuts: 0, worstMs: null, p99Ms: null, worstId: null }, query: asRun(db, query) }
}

/** A decision as it was recorded, with the facts that it was made from. */
export interface RecordedDecision {
  source: 'reminder' | 'permit'
  /** The reminder's or the permit's. */
  id: string
  /** Which of the reminder's decisions; 1 for a permit. */
  no: number
  /** The `now` that it was decided for. */
  at: Date
  verdict: Decision['verdict']
  until: Date | null
  reasons: StoredObjection[]
  packs: Decision['packs']
  facts: Facts
}

const SAMPLED = {
  reservation: sql`
    SELECT 'reminder' AS source, reminder_id AS id, decision_no AS no, reserved_at AS at, 'send' AS verdict, until, '[]'::jsonb AS reasons,
      NULL::jsonb AS packs, NULL::jsonb AS facts, decided`,
  withheld_decision: sql`
    SELECT 'reminder' AS source, reminder_id AS id, no, at, verdict, until, reasons, packs, facts, NULL::bytea AS decided`,
  permit: sql`
    SELECT 'permit' AS source, id, 1 AS no, decided_at AS at, verdict, until, reasons, packs, facts, NULL::bytea AS decided`,
} as const

/** Of a row without its facts, which PostgreSQL stores out of line when they are long. */
const BYTES_A_ROW = 1_000
/** Oversampling, since whole pages are drawn and some have few rows. */
const SPARE = 4

/**
 * A random sample of recorded decisions.
 *
 * Pages of each table are drawn, each with the same chance, so that no table is counted or read whole: the share to
 * draw comes from the planner's estimate and grows until enough were found. Decisions to send and others
 * come in proportion to how many there are.
 */
export async function sampleDecisions(
  db: Kysely<Database>,
  source: RecordedDecision['source'],
  wanted: number,
): Promise<RecordedDecision[]> {
  if (source === 'permit') return sampleOf(db, 'permit', wanted)
  const [sends, others] = [
    await estimatedRows(db, 'decorum.reservation'),
    await estimatedRows(db, 'decorum.withheld_decision'),
  ]
  const sent = await sampleOf(db, 'reservation', wanted)
  const withheld = await sampleOf(db, 'withheld_decision', wanted)
  const share = sends + others === 0 ? 0.5 : sends / (sends + others)
  const ofSent = Math.max(wanted - withheld.length, Math.min(sent.length, Math.round(wanted * share)))
  return [...sent.slice(0, ofSent), ...withheld.slice(0, wanted - Math.min(sent.length, ofSent))]
}

async function sampleOf(
  db: Kysely<Database>,
  table: keyof typeof SAMPLED,
  wanted: number,
): Promise<RecordedDecision[]> {
  const name = `decorum.${table}`
  const rows = await estimatedRows(db, name)
  for (
    let percent = rows === 0 ? 100 : Math.min(100, (100 * SPARE * wanted) / rows);
    ;
    percent = Math.min(100, percent * SPARE)
  ) {
    const found = await sql<RecordedDecision & { decided: Buffer | null }>`
      ${SAMPLED[table]} FROM ${sql.table(name)} TABLESAMPLE SYSTEM (${percent}::real) ORDER BY random() LIMIT ${wanted}`.execute(
      db,
    )
    if (found.rows.length >= wanted || percent >= 100) return withDecided(db, found.rows)
  }
}

/** About how many rows a table and its partitions have, without reading them; 0: hardly any. */
async function estimatedRows(db: Kysely<Database>, table: string): Promise<number> {
  const { rows } = await sql<{ estimate: number }>`
    SELECT coalesce(sum(greatest(reltuples, pg_relation_size(oid) / ${BYTES_A_ROW}::int)), 0)::float8 AS estimate FROM pg_class
    WHERE oid = ${table}::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ${table}::regclass)`.execute(
    db,
  )
  return rows[0]?.estimate ?? 0
}
