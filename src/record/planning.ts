import { type Kysely, sql, type Transaction } from 'kysely'
import type { Instant, LocalDate } from '../model/time.ts'
import type { AccountState, Channel, HoldKind, Role, Tone } from '../model/vocabulary.ts'
import { CONTACT_MEMORY_MS } from './dispatch/decision-inputs.ts'
import type { Database, SpellEntry } from './schema.ts'

/** One person with every account that has a spell, as planning needs them. */
export interface PlanningRecipient {
  id: string
  creditor: string
  jurisdiction: string | null
  caughtUpOn: LocalDate | null
  /** Channels with an address of the person's own that no stop covers. */
  channels: Channel[]
  lastConversationAt: Instant | null
  /** The last email that went out; a later text may point to it. */
  lastEmailAt: Instant | null
  events: { type: string; kind: string | null; at: Instant; account: string | null }[]
  holds: { kind: HoldKind; account: string | null; from: Instant; until: Instant | null }[]
  /** Stops of everything to the person. */
  stops: { reason: string; from: Instant; until: Instant | null }[]
  accounts: PlanningAccount[]
}

export interface PlanningAccount {
  id: string
  live: boolean
  state: AccountState
  product: string
  role: Role
  ladder: string
  ladderVersion: string
  /** The pinned ladder's content. */
  ladderBody: unknown
  spellId: string
  pass: number
  startedOn: LocalDate
  enteredAt: Instant
  enteredDpd: number
  enteredBy: SpellEntry
  dueDate: LocalDate | null
  statedDaysPastDue: number | null
  overdueMinor: string
  currency: string
  graceDays: number
  autoDebit: boolean
  riskBand: string | null
  lastTone: Tone | null
  firstMessageAt: Instant | null
  factsForWords: Record<string, unknown>
  notBefore: Instant | null
  toneCeiling: Tone | null
  /** When the next message of the ladder about it, scheduled, queued or being sent, may go. */
  nextMessageAt: Instant | null
  /** Our last contact about it. */
  lastMessageAt: Instant | null
  handled: { rung: string; pass: number; state: 'planned' | 'skipped'; at: Instant }[]
}

const ms = (column: string) => sql.raw(`floor(extract(epoch FROM ${column}) * 1000)::bigint`)

/**
 * What must planning know about these people? Call it after locking them, in a statement of its own.
 *
 * Contacts are remembered as long as decisions remember them: words that name an email which no decision knows any more
 * would be planned and never found.
 */
export async function planningInputs(
  trx: Transaction<Database>,
  recipientIds: readonly string[],
  now: Instant,
): Promise<PlanningRecipient[]> {
  const contactsSince = new Date(now - CONTACT_MEMORY_MS)
  const { rows } = await sql<Unread>`/* planning-inputs */
    SELECT r.id, r.creditor, r.jurisdiction, r.caught_up_on AS "caughtUpOn",
      ARRAY(
        SELECT DISTINCT a.channel FROM decorum.recipient_address a
        WHERE a.recipient_id = r.id AND a.removed_at IS NULL AND a.relation = 'self'
          AND NOT EXISTS (
            SELECT 1 FROM decorum.suppression s
            WHERE s.lifted_at IS NULL AND s.ends_at IS NULL AND s.creditor = r.creditor AND s.address_hash = a.hash)
          AND NOT EXISTS (
            SELECT 1 FROM decorum.suppression s
            WHERE s.lifted_at IS NULL AND s.ends_at IS NULL AND s.creditor = r.creditor
              AND s.recipient_id = r.id AND s.scope = 'channel' AND s.channel = a.channel)
      ) AS channels,
      (SELECT ${ms('max(k.at)')} FROM decorum.conversation k WHERE k.recipient_id = r.id) AS "lastConversationAt",
      (SELECT ${ms('max(k.at)')} FROM decorum.contact k
        WHERE k.recipient_id = r.id AND k.at > ${contactsSince} AND k.channel = 'email' AND k.direction = 'outbound' AND k.outcome IN ('sent', 'delivered')) AS "lastEmailAt",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'kind', e.kind, 'at', ${ms('e.effective_at')}, 'account', e.account_id)
          ORDER BY e.seq), '[]'::jsonb) FROM decorum.event e WHERE e.recipient_id = r.id) AS events,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'account', h.account_id, 'from', ${ms('h.starts_at')},
          'until', ${ms('h.ends_at')}) ORDER BY h.seq), '[]'::jsonb)
        FROM decorum.hold h WHERE h.recipient_id = r.id AND h.ended_at IS NULL AND h.channel IS NULL) AS holds,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', p.reason, 'from', ${ms('p.starts_at')}, 'until', ${ms('p.ends_at')})), '[]'::jsonb)
        FROM decorum.suppression p
        WHERE p.lifted_at IS NULL AND p.creditor = r.creditor AND p.recipient_id = r.id AND p.scope = 'all') AS stops,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'live', a.live, 'state', a.state, 'product', a.product, 'role', a.role,
          'ladder', s.ladder, 'ladderVersion', s.ladder_version, 'spellId', s.id, 'pass', s.pass,
          'startedOn', s.started_on, 'enteredAt', ${ms('s.entered_at')}, 'enteredDpd', s.entered_days_past_due, 'enteredBy', s.entered_by,
          'dueDate', a.due_date, 'statedDaysPastDue', a.stated_days_past_due, 'overdueMinor', a.overdue_minor::text, 'currency', a.currency,
          'graceDays', a.grace_days, 'autoDebit', a.auto_debit, 'riskBand', a.risk_band, 'lastTone', s.last_tone,
          'firstMessageAt', ${ms('s.first_message_at')}, 'factsForWords', a.facts_for_words, 'notBefore', ${ms('a.not_before')},
          'toneCeiling', a.tone_ceiling,
          'nextMessageAt', (
            SELECT ${ms('min(m.next_at)')} FROM decorum.reminder_account l JOIN decorum.reminder m ON m.id = l.reminder_id
            WHERE l.account_id = a.id AND m.origin = 'ladder' AND m.status IN ('scheduled', 'queued', 'sending')),
          'lastMessageAt', (SELECT ${ms('max(k.at)')} FROM decorum.contact k
            WHERE k.recipient_id = r.id AND k.at > ${contactsSince} AND k.direction = 'outbound' AND k.made_by = 'decorum' AND a.id = ANY(k.account_ids)),
          'handled', (SELECT coalesce(jsonb_agg(jsonb_build_object('rung', g.rung, 'pass', g.pass, 'state', g.state, 'at', ${ms('g.at')})
              ORDER BY g.pass, g.at), '[]'::jsonb) FROM decorum.rung_record g WHERE g.spell_id = s.id)
        ) ORDER BY a.external_id), '[]'::jsonb)
        FROM decorum.account a
        JOIN decorum.spell s ON s.id = a.spell_id
        WHERE a.recipient_id = r.id) AS accounts
    FROM decorum.recipient r WHERE r.id = ANY(${recipientIds}::uuid[]) ORDER BY r.id`.execute(trx)
  return withLadders(trx, rows)
}

type Unread = Omit<PlanningRecipient, 'accounts'> & { accounts: Omit<PlanningAccount, 'ladderBody'>[] }

/** Many accounts stand on few ladders, so each body is read once and not beside every account (measured: five times the whole question). */
async function withLadders(trx: Transaction<Database>, recipients: readonly Unread[]): Promise<PlanningRecipient[]> {
  const keyOf = (account: { ladder: string; ladderVersion: string }): string =>
    `${account.ladder}@${account.ladderVersion}`
  const pinned = [
    ...new Map(
      recipients.flatMap((recipient) => recipient.accounts).map((account) => [keyOf(account), account]),
    ).values(),
  ]
  if (pinned.length === 0) return recipients.map((recipient) => ({ ...recipient, accounts: [] }))
  const { rows } = await sql<{ ladder: string; ladderVersion: string; body: unknown }>`/* ladder-bodies */
    SELECT ladder, version AS "ladderVersion", body FROM decorum.ladder_version
    WHERE (ladder, version) IN (SELECT * FROM unnest(${pinned.map((p) => p.ladder)}::text[], ${pinned.map((p) => p.ladderVersion)}::text[]))`.execute(
    trx,
  )
  const bodies = new Map(rows.map((row) => [keyOf(row), row.body]))
  return recipients.map((recipient) => ({
    ...recipient,
    accounts: recipient.accounts.map((account) => ({ ...account, ladderBody: bodies.get(keyOf(account)) ?? null })),
  }))
}

/**
 * Whose accounts are to be looked at by now?
 *
 * Oldest first, at most `limit` people; a plain look without locks.
 *
 * @param now  business time
 */
export async function recipientsDue(db: Kysely<Database>, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ recipient_id: string }>`
    SELECT recipient_id, min(plan_at) AS first FROM (
      SELECT recipient_id, plan_at FROM decorum.account
      WHERE plan_at <= ${now} ORDER BY plan_at, id LIMIT ${limit}
    ) due GROUP BY recipient_id ORDER BY first`.execute(db)
  return rows.map((row) => row.recipient_id)
}
