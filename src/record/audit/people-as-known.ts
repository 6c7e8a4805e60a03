import { sql, type Kysely } from 'kysely'
import type { Instant } from '../../model/instant.ts'
import type { AccountRow, PersonAddress, PersonContact, PersonRow } from '../dispatch/decision-inputs.ts'
import type { Database } from '../schema.ts'

/** When a fact was recorded, and when it stopped being one; null: it stands. */
interface Known {
  known: Instant
  gone: Instant | null
}

/** A contact with what tells it apart. */
export interface AuditedContact extends PersonContact {
  id: string
  /** Of our own attempts: several attempts of a reminder bear its id. */
  attemptNo: number | null
}

/** One person with everything that was ever recorded of them, and when it was. */
export interface PersonAsKnown extends Pick<PersonRow, 'id' | 'creditor' | 'locale' | 'timeZone' | 'jurisdiction' | 'locationEvidence' | 'blockedTimes'> {
  externalId: string
  /** Removed ones too: a call was made to one of them while it was theirs. */
  addresses: PersonAddress[]
  consents: (PersonRow['consents'][number] & Known)[]
  contacts: AuditedContact[]
  events: (PersonRow['events'][number] & Known)[]
  holds: (PersonRow['holds'][number] & Known)[]
  suppressions: (PersonRow['suppressions'][number] & Known)[]
  accounts: (Omit<AccountRow, 'asOf' | 'variables'> & { asOf: string })[]
  /** By `factsKey`: the facts that our own decision, or a permit's, was made from. */
  facts: Record<string, unknown>
}

/** Under which key are the facts of this contact's decision? */
export const factsKey = ({ id, attemptNo }: Pick<AuditedContact, 'id' | 'attemptNo'>): string => `${id}.${attemptNo ?? 0}`

const CONTACT = sql.raw('c.id, c.at, c.channel, c.direction, c.account_ids, c.address_hash, c.outcome, c.made_by, c.mode, c.party')
const ms = (column: string) => sql.raw(`floor(extract(epoch FROM ${column}) * 1000)::bigint`)

/** Which people had an outbound contact in this period? By id, page by page. */
export async function peopleContacted(
  db: Kysely<Database>, period: { from: Date; to: Date; creditor: string | null }, after: string | null, limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT recipient_id AS id FROM decorum.contact
    WHERE at >= ${period.from} AND at < ${period.to} AND direction = 'outbound' AND (${period.creditor}::text IS NULL OR creditor = ${period.creditor})
      AND (${after}::uuid IS NULL OR recipient_id > ${after}::uuid)
    ORDER BY recipient_id LIMIT ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/** Everything recorded of these people that could bear on a contact from `since` until `to`. */
export async function peopleAsKnown(db: Kysely<Database>, ids: readonly string[], contacts: { since: Date; to: Date }): Promise<PersonAsKnown[]> {
  const { rows } = await sql<PersonAsKnown>`
    SELECT r.id, r.creditor, r.external_id AS "externalId", r.locale, r.time_zone AS "timeZone", r.jurisdiction,
      r.location_evidence AS "locationEvidence", r.blocked_times AS "blockedTimes", coalesce(own.addresses, '[]'::jsonb) AS addresses,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'channel', c.channel, 'hash', encode(c.address_hash, 'hex'),
          'from', ${ms('c.starts_at')}, 'until', ${ms('c.ends_at')}, 'known', ${ms('c.recorded_at')}, 'gone', NULL)), '[]'::jsonb)
        FROM decorum.consent c WHERE c.recipient_id = r.id) AS consents,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'attemptNo', k.attempt_no, 'at', ${ms('k.at')}, 'channel', k.channel,
          'direction', k.direction, 'accounts', k.account_ids, 'hash', encode(k.address_hash, 'hex'), 'outcome', k.outcome, 'by', k.made_by,
          'mode', k.mode, 'party', k.party, 'otherPerson', k.other) ORDER BY k.at, k.id), '[]'::jsonb)
        FROM (
          SELECT ${CONTACT}, attempt_no, false AS other FROM decorum.contact c
          WHERE c.recipient_id = r.id AND c.at < ${contacts.to} AND c.at > ${contacts.since}
          UNION ALL
          SELECT ${CONTACT}, NULL::smallint, false FROM decorum.conversation c
          WHERE c.recipient_id = r.id AND c.at < ${contacts.to} AND c.at <= ${contacts.since}
          UNION ALL
          SELECT ${CONTACT}, attempt_no, true FROM decorum.contact c
          WHERE c.creditor = r.creditor AND c.address_hash = ANY(own.hashes) AND c.recipient_id <> r.id AND c.at > ${contacts.since} AND c.at < ${contacts.to}
        ) k) AS contacts,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'kind', e.kind, 'at', ${ms('e.effective_at')}, 'account', e.account_id,
          'known', ${ms('e.received_at')}, 'gone', NULL) ORDER BY e.seq), '[]'::jsonb)
        FROM decorum.event e WHERE e.recipient_id = r.id) AS events,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'account', h.account_id, 'from', ${ms('h.starts_at')}, 'until', ${ms('h.ends_at')}, 'channel', h.channel,
          'known', ${ms('h.created_at')}, 'gone', ${ms('h.ended_at')}) ORDER BY h.seq), '[]'::jsonb)
        FROM decorum.hold h WHERE h.recipient_id = r.id) AS holds,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('scope', s.scope, 'channel', s.channel, 'hash', encode(s.address_hash, 'hex'), 'reason', s.reason,
          'from', ${ms('s.starts_at')}, 'until', ${ms('s.ends_at')}, 'known', ${ms('s.received_at')}, 'gone', ${ms('s.lifted_at')},
          'otherPerson', (s.recipient_id IS NOT NULL AND s.recipient_id <> r.id) OR (s.recipient_id IS NULL AND s.awaits_recipient IS NOT NULL))), '[]'::jsonb)
        FROM decorum.suppression s WHERE s.creditor = r.creditor AND (s.recipient_id = r.id OR s.address_hash = ANY(own.hashes))) AS suppressions,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('reminderId', '', 'lead', false, 'spellId', a.spell_id, 'currentSpellId', a.spell_id, 'id', a.id,
          'product', a.product, 'role', a.role, 'state', a.state, 'currency', a.currency, 'overdueMinor', a.overdue_minor,
          'minimumDueMinor', a.minimum_due_minor, 'dueDate', a.due_date, 'statedDaysPastDue', NULL, 'referenceMasked', NULL,
          'factsForWords', '{}'::jsonb, 'asOf', a.as_of) ORDER BY a.id), '[]'::jsonb)
        FROM decorum.account a WHERE a.recipient_id = r.id) AS accounts,
      (SELECT coalesce(jsonb_object_agg(f.key, f.facts), '{}'::jsonb) FROM (
          SELECT k.id || '.' || k.attempt_no AS key, d.facts FROM decorum.contact k
          JOIN decorum.decision d ON d.reminder_id = k.reminder_id AND d.attempt_no = k.attempt_no
          WHERE k.recipient_id = r.id AND k.at > ${contacts.since} AND k.at < ${contacts.to}
          UNION ALL
          SELECT p.id || '.0' AS key, p.facts FROM decorum.contact k JOIN decorum.permit p ON p.id = k.id
          WHERE k.recipient_id = r.id AND k.at > ${contacts.since} AND k.at < ${contacts.to} AND k.reminder_id IS NULL
        ) f) AS facts
    FROM decorum.recipient r
    LEFT JOIN LATERAL (
      SELECT array_agg(a.hash) AS hashes,
        jsonb_agg(jsonb_build_object('id', a.id, 'channel', a.channel, 'hash', encode(a.hash, 'hex'), 'kind', a.kind, 'relation', a.relation,
          'source', a.source, 'verifiedAt', ${ms('a.verified_at')}, 'country', a.country, 'zones', a.zones, 'subdivisions', a.subdivisions,
          'value', NULL) ORDER BY a.position, a.id) AS addresses
      FROM decorum.recipient_address a WHERE a.recipient_id = r.id
    ) own ON true
    WHERE r.id = ANY(${ids}::uuid[]) ORDER BY r.id`.execute(db)
  return rows
}
