import { sql, type Transaction } from 'kysely'
import type { BlockedTime, LocationEvidence } from '../../model/facts.ts'
import { DAY, type Instant, type LocalDate } from '../../model/time.ts'
import type {
  AccountState,
  AddressKind,
  Channel,
  ContactOutcome,
  Direction,
  HoldKind,
  Mode,
  Relation,
  Role,
  SuppressionReason,
  SuppressionScope,
} from '../../model/vocabulary.ts'
import { epochMs } from '../pg/batch.ts'
import type { Database, Db } from '../schema.ts'

/** How far back contacts are read. The longest known rule allows 3 automated calls in 30 days; conversations are read whatever their age. */
export const CONTACT_MEMORY_MS = 62 * DAY
/** How far back events are read, for preconditions on notices and placements. */
const EVENT_MEMORY_MS = 1100 * DAY

/** One recipient as the ledger knows it, addresses by the hexadecimal hash of their value. */
export interface RecipientForDecision {
  id: string
  creditor: string
  dataKey: Buffer | null
  dataKeyId: string | null
  name: Buffer | null
  locale: string | null
  timeZone: string | null
  jurisdiction: string | null
  locationEvidence: LocationEvidence[]
  blockedTimes: BlockedTime[]
  /** The last day on which planning made up for a missed step. */
  caughtUpOn: LocalDate | null
  addresses: RecipientAddress[]
  consents: { kind: string; channel: Channel | null; hash: string | null; from: Instant; until: Instant | null }[]
  contacts: RecipientContact[]
  events: { type: string; kind: string | null; at: Instant; account: string | null }[]
  holds: { kind: HoldKind; account: string | null; from: Instant; until: Instant | null; channel?: Channel | null }[]
  suppressions: {
    scope: SuppressionScope
    channel: Channel | null
    hash: string | null
    reason: SuppressionReason
    from: Instant
    until: Instant | null
    /** Recorded for another recipient who has the same address. */
    otherRecipient?: boolean
  }[]
}

/** A recipient as read under its lock. */
export type LockedRecipient = RecipientForDecision

export interface RecipientAddress {
  id: string
  channel: Channel
  hash: string
  kind: AddressKind | null
  relation: Relation
  /** As upstream stated it; facts keep only the origin that rules read. */
  source: string | null
  verifiedAt: Instant | null
  country: string | null
  zones: string[]
  subdivisions: string[]
  /** Hexadecimal of the sealed value; null once erased. */
  value: string | null
}

export interface RecipientContact {
  at: Instant
  channel: Channel
  direction: Direction
  accounts: string[]
  hash: string | null
  outcome: ContactOutcome
  by: string
  mode: Mode | null
  party: string | null
  /** Another recipient's contact on a number or mailbox that both have. */
  otherRecipient: boolean
}

export interface AccountForDecision {
  reminderId: string
  lead: boolean
  spellId: string | null
  currentSpellId: string | null
  id: string
  product: string
  role: Role
  state: AccountState
  currency: string
  overdueMinor: number
  minimumDueMinor: number | null
  dueDate: LocalDate | null
  statedDaysPastDue: number | null
  referenceMasked: string | null
  factsForWords: Record<string, unknown>
  asOf: Date
  variables: Buffer | null
}

/**
 * What is known about these recipients at this moment?
 *
 * One round trip for the whole batch: each list is gathered as JSON beside its recipient. What others
 * had on the same numbers is looked up number by number: as `hash = ANY(…)` PostgreSQL reads every
 * contact of the creditor for each recipient (measured: 1,500 contacts, 1.3 ms a recipient).
 * Contacts are bounded by time alone, so that only the partitions of `CONTACT_MEMORY_MS` are opened; older
 * ones that still count are conversations, which have a table of their own.
 * Must be called after the locks, in a statement of its own.
 */
export async function readRecipients(
  db: Db,
  recipientIds: readonly string[],
  now: Instant,
): Promise<Map<string, LockedRecipient>> {
  const contactsSince = new Date(now - CONTACT_MEMORY_MS)
  const eventsSince = new Date(now - EVENT_MEMORY_MS)
  const { rows } = await sql<LockedRecipient>`/* read-people */
    SELECT r.id, r.creditor, r.data_key AS "dataKey", r.data_key_id AS "dataKeyId", r.name, r.locale,
      r.time_zone AS "timeZone", r.jurisdiction, r.location_evidence AS "locationEvidence", r.blocked_times AS "blockedTimes",
      r.caught_up_on AS "caughtUpOn", coalesce(own.addresses, '[]'::jsonb) AS addresses,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'channel', c.channel, 'hash', encode(c.address_hash, 'hex'),
          'from', ${epochMs('c.starts_at')}, 'until', ${epochMs('c.ends_at')})), '[]'::jsonb)
        FROM decorum.consent c WHERE c.recipient_id = r.id) AS consents,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('at', ${epochMs('k.at')}, 'channel', k.channel, 'direction', k.direction,
          'accounts', k.account_ids, 'hash', encode(k.address_hash, 'hex'), 'outcome', k.outcome, 'by', k.made_by,
          'mode', k.mode, 'party', k.party, 'otherRecipient', k.other) ORDER BY k.at), '[]'::jsonb)
        FROM (
          SELECT at, channel, direction, account_ids, address_hash, outcome, made_by, mode, party, false AS other
          FROM decorum.contact WHERE recipient_id = r.id AND at > ${contactsSince}
          UNION ALL
          SELECT at, channel, direction, account_ids, address_hash, outcome, made_by, mode, party, false
          FROM decorum.conversation WHERE recipient_id = r.id AND at <= ${contactsSince}
          UNION ALL
          SELECT near.at, near.channel, near.direction, near.account_ids, near.address_hash, near.outcome, near.made_by, near.mode, near.party, true
          FROM (SELECT DISTINCT hash FROM unnest(own.hashes) AS h (hash)) h CROSS JOIN LATERAL (
            SELECT * FROM decorum.contact c
            WHERE c.creditor = r.creditor AND c.address_hash = h.hash AND c.at > ${contactsSince} AND c.recipient_id <> r.id OFFSET 0
          ) near
        ) k) AS contacts,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'kind', e.kind, 'at', ${epochMs('e.effective_at')},
          'account', e.account_id) ORDER BY e.seq), '[]'::jsonb)
        FROM decorum.event e WHERE e.recipient_id = r.id AND e.effective_at > ${eventsSince}) AS events,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'account', h.account_id, 'from', ${epochMs('h.starts_at')},
          'until', ${epochMs('h.ends_at')}, 'channel', h.channel) ORDER BY h.seq), '[]'::jsonb)
        FROM decorum.hold h WHERE h.recipient_id = r.id AND h.ended_at IS NULL) AS holds,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('scope', s.scope, 'channel', s.channel, 'hash', encode(s.address_hash, 'hex'),
          'reason', s.reason, 'from', ${epochMs('s.starts_at')}, 'until', ${epochMs('s.ends_at')}, 'otherRecipient', s.other)), '[]'::jsonb)
        FROM (
          SELECT mine.*, false AS other FROM decorum.suppression mine
          WHERE mine.lifted_at IS NULL AND mine.creditor = r.creditor AND mine.recipient_id = r.id
          UNION ALL
          SELECT near.*, near.recipient_id IS NOT NULL OR near.awaits_recipient IS NOT NULL FROM (SELECT DISTINCT hash FROM unnest(own.hashes) AS h (hash)) h CROSS JOIN LATERAL (
            SELECT * FROM decorum.suppression theirs
            WHERE theirs.lifted_at IS NULL AND theirs.creditor = r.creditor AND theirs.address_hash = h.hash
              AND theirs.recipient_id IS DISTINCT FROM r.id OFFSET 0
          ) near
        ) s) AS suppressions
    FROM decorum.recipient r
    LEFT JOIN LATERAL (
      SELECT array_agg(a.hash) AS hashes,
        jsonb_agg(jsonb_build_object('id', a.id, 'channel', a.channel, 'hash', encode(a.hash, 'hex'), 'kind', a.kind,
          'relation', a.relation, 'source', a.source, 'verifiedAt', ${epochMs('a.verified_at')}, 'country', a.country, 'zones', a.zones,
          'subdivisions', a.subdivisions, 'value', encode(a.value, 'hex')) ORDER BY a.position, a.id) AS addresses
      FROM decorum.recipient_address a WHERE a.recipient_id = r.id AND a.removed_at IS NULL
    ) own ON true
    WHERE r.id = ANY(${recipientIds}::uuid[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Which accounts is each of these reminders about, as they stand now? Lead first. */
export async function readAccounts(db: Db, reminderIds: readonly string[]): Promise<Map<string, AccountForDecision[]>> {
  const { rows } = await sql<AccountForDecision>`/* read-accounts */
    SELECT ra.reminder_id AS "reminderId", ra.lead, ra.spell_id AS "spellId", a.spell_id AS "currentSpellId", a.id, a.product, a.role,
      a.state, a.currency, a.overdue_minor AS "overdueMinor", a.minimum_due_minor AS "minimumDueMinor", a.due_date AS "dueDate",
      a.stated_days_past_due AS "statedDaysPastDue", a.reference_masked AS "referenceMasked", a.facts_for_words AS "factsForWords",
      a.as_of AS "asOf", a.variables
    FROM decorum.reminder_account ra CROSS JOIN LATERAL (SELECT * FROM decorum.account WHERE id = ra.account_id OFFSET 0) a
    WHERE ra.reminder_id = ANY(${reminderIds}::uuid[])
    ORDER BY ra.reminder_id, ra.lead DESC, a.id`.execute(db)
  const byReminder = new Map<string, AccountForDecision[]>()
  for (const row of rows) {
    const known = byReminder.get(row.reminderId)
    if (known === undefined) byReminder.set(row.reminderId, [row])
    else known.push(row)
  }
  return byReminder
}

/** A reminder that reached its recipient, or may have. */
export interface EarlierMessage {
  reminderId: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  channel: Channel
  accountIds: string[]
  /** Hexadecimal. */
  messageHash: string
  at: Date
}

/**
 * Which reminders have these recipients had from us since then? Oldest first.
 *
 * Read from contacts: what was certainly not sent has none, what is in doubt has one. Found by recipient and
 * time and then by key; call it under the recipients' locks, and only for those contacted since then.
 */
export async function earlierMessages(
  trx: Transaction<Database>,
  recipientIds: readonly string[],
  since: Date,
): Promise<EarlierMessage[]> {
  const { rows } = await sql<EarlierMessage>`/* earlier-messages */
    SELECT k.reminder_id AS "reminderId", k.recipient_id AS "recipientId", m.live, m.origin, k.channel, k.account_ids AS "accountIds",
      encode(t.message_hash, 'hex') AS "messageHash", k.at
    FROM decorum.contact k
    JOIN decorum.reminder m ON m.id = k.reminder_id AND m.kind = 'reminder'
    JOIN decorum.attempt t ON t.reminder_id = k.reminder_id AND t.no = k.attempt_no
    WHERE k.recipient_id = ANY(${recipientIds}::uuid[]) AND k.at > ${since} AND k.direction = 'outbound' AND k.outcome <> 'failed'
    ORDER BY k.at, k.reminder_id`.execute(trx)
  return rows
}
