import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** One row of the record that belongs to an account's history. `details` is whatever its kind keeps in clear. */
export interface TimelineRow {
  at: Date
  seq: number | null
  type: string
  id: string
  details: Record<string, unknown>
}

export interface TimelinePage {
  accountId: string
  recipientId: string
  creditor: string
  after: { at: Date; seq: number; type: string; id: string } | null
  limit: number
}

/**
 * What happened to this account and, where it concerns the whole person, to its borrower? Oldest first.
 *
 * At one instant the recipient's sequence decides; what has none (a spell, a skipped step) comes first.
 */
export async function accountTimeline(db: Kysely<Database>, page: TimelinePage): Promise<TimelineRow[]> {
  const { accountId: account, recipientId: person, creditor, after } = page
  const mine = sql`(SELECT ra.reminder_id FROM decorum.reminder_account ra WHERE ra.account_id = ${account})`
  const stops = sql`s.creditor = ${creditor} AND (s.recipient_id = ${person}
    OR s.address_hash IN (SELECT hash FROM decorum.recipient_address WHERE recipient_id = ${person}))`
  const { rows } = await sql<TimelineRow>`
    SELECT at, seq, type, id, details FROM (
      SELECT entered_at AS at, NULL::bigint AS seq, 'spell' AS type, id::text AS id,
        jsonb_build_object('no', no, 'pass', pass, 'ladder', ladder, 'startedOn', started_on, 'daysPastDue', entered_days_past_due) AS details
        FROM decorum.spell WHERE account_id = ${account}
      UNION ALL SELECT received_at, seq, 'event', id::text,
        jsonb_build_object('type', type, 'kind', kind, 'occurredAt', occurred_at, 'effectiveAt', effective_at, 'effect', effect, 'upstreamId', external_id)
        FROM decorum.event WHERE recipient_id = ${person} AND (account_id = ${account} OR account_id IS NULL)
      UNION ALL SELECT created_at, seq, 'hold', id::text,
        jsonb_build_object('kind', kind, 'startsAt', starts_at, 'endsAt', ends_at, 'scope', CASE WHEN account_id IS NULL THEN 'recipient' ELSE 'account' END, 'channel', channel, 'by', created_by)
        FROM decorum.hold WHERE recipient_id = ${person} AND (account_id = ${account} OR account_id IS NULL)
      UNION ALL SELECT ended_at, NULL, 'hold-ended', id::text, jsonb_build_object('kind', kind, 'by', ended_by, 'reason', end_reason)
        FROM decorum.hold WHERE recipient_id = ${person} AND (account_id = ${account} OR account_id IS NULL) AND ended_at IS NOT NULL
      UNION ALL SELECT s.received_at, s.seq, 'suppression', s.id::text,
        jsonb_build_object('scope', s.scope, 'channel', s.channel, 'reason', s.reason, 'source', s.source, 'startsAt', s.starts_at, 'endsAt', s.ends_at)
        FROM decorum.suppression s WHERE ${stops}
      UNION ALL SELECT s.lifted_at, NULL, 'suppression-lifted', s.id::text, jsonb_build_object('scope', s.scope, 'reason', s.reason, 'by', s.lifted_by, 'why', s.lift_reason)
        FROM decorum.suppression s WHERE ${stops} AND s.lifted_at IS NOT NULL
      UNION ALL SELECT created_at, NULL, 'reminder', id::text,
        jsonb_build_object('channel', channel, 'tone', tone, 'kind', kind, 'origin', origin, 'rung', rung, 'dueAt', due_at, 'status', status, 'endReason', end_reason,
          'leadAccount', (SELECT a.external_id FROM decorum.reminder_account ra JOIN decorum.account a ON a.id = ra.account_id WHERE ra.reminder_id = reminder.id AND ra.lead AND ra.account_id <> ${account}))
        FROM decorum.reminder WHERE id IN ${mine}
      UNION ALL SELECT at, seq, 'decision', reminder_id::text,
        jsonb_build_object('no', no, 'verdict', verdict, 'until', until, 'code', code, 'rule', rule, 'repeats', repeats, 'lastAt', last_at,
          'citation', reasons -> 0 ->> 'citation', 'reminderId', reasons -> 0 ->> 'reminderId', 'zones', candidate_zones,
          'accounts', CASE WHEN code IN ('stale_balance', 'account_closed') AND jsonb_typeof(facts -> 'accounts') = 'array' THEN (
            SELECT jsonb_agg(jsonb_build_object('state', f -> 'state', 'asOf', f -> 'asOf', 'freshForMs', f -> 'freshForMs')) FROM jsonb_array_elements(facts -> 'accounts') AS f) END)
        FROM decorum.decision WHERE reminder_id IN ${mine}
      UNION ALL SELECT t.reserved_at, t.seq, 'attempt', t.reminder_id::text,
        jsonb_build_object('no', t.no, 'channel', t.channel, 'route', t.route, 'status', t.status, 'code', t.code, 'rejection', t.rejection, 'delivery', t.delivery, 'tone', m.tone)
        FROM decorum.attempt t JOIN decorum.reminder m ON m.id = t.reminder_id WHERE t.reminder_id IN ${mine}
      UNION ALL SELECT received_at, seq, 'receipt', reminder_id::text,
        jsonb_build_object('no', attempt_no, 'state', state, 'final', final, 'code', code, 'changed', changed, 'saidAt', said_at, 'dedupe', dedupe)
        FROM decorum.receipt WHERE reminder_id IN ${mine}
      UNION ALL SELECT at, seq, 'contact', id::text,
        jsonb_build_object('channel', channel, 'direction', direction, 'mode', mode, 'outcome', outcome, 'by', made_by, 'party', party, 'excess', excess)
        FROM decorum.contact WHERE recipient_id = ${person} AND reminder_id IS NULL AND (account_ids = '{}' OR ${account}::uuid = ANY (account_ids))
      UNION ALL SELECT created_at, seq, 'task', id::text, jsonb_build_object('kind', kind, 'rung', rung, 'tone', tone, 'dueAt', due_at, 'expiresAt', expires_at)
        FROM decorum.task WHERE recipient_id = ${person} AND ${account}::uuid = ANY (account_ids)
      UNION ALL SELECT completed_at, NULL, 'task-done', id::text, jsonb_build_object('kind', kind, 'rung', rung, 'outcome', outcome, 'by', completed_by)
        FROM decorum.task WHERE recipient_id = ${person} AND ${account}::uuid = ANY (account_ids) AND completed_at IS NOT NULL
      UNION ALL SELECT withdrawn_at, NULL, 'task-withdrawn', id::text, jsonb_build_object('kind', kind, 'rung', rung, 'reason', end_reason)
        FROM decorum.task WHERE recipient_id = ${person} AND ${account}::uuid = ANY (account_ids) AND withdrawn_at IS NOT NULL
      UNION ALL SELECT r.at, NULL, 'step-skipped', r.spell_id::text, jsonb_build_object('rung', r.rung, 'pass', r.pass, 'reason', r.reason, 'detail', r.detail)
        FROM decorum.rung_record r WHERE r.account_id = ${account} AND r.state = 'skipped'
    ) AS history
    ${after === null ? sql`` : sql`WHERE (at, coalesce(seq, 0), type, id) > (${after.at}, ${after.seq}, ${after.type}, ${after.id})`}
    ORDER BY at, coalesce(seq, 0), type, id
    LIMIT ${page.limit}`.execute(db)
  return rows
}
