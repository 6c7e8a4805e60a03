import { type Kysely, sql, type Transaction } from 'kysely'
import type { Instant, LocalDate } from '../model/time.ts'
import type { AccountState, Channel, HoldKind, Kind, Mode, Role, Tone } from '../model/vocabulary.ts'
import { CONTACT_MEMORY_MS } from './dispatch/decision-inputs.ts'
import { type Locked, requireHeld } from './locks.ts'
import { epochMs } from './pg/batch.ts'
import type { Database, SpellEntry } from './schema.ts'

/**
 * Which recipients have accounts due for planning?
 *
 * Oldest first, at most `limit`; takes no locks.
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

/** One recipient with every account that has a spell, as planning needs them. */
export interface PlanningRecipient {
  id: string
  creditor: string
  jurisdiction: string | null
  caughtUpOn: LocalDate | null
  /** Channels on which the recipient has an own address that no suppression covers. */
  channels: Channel[]
  lastConversationAt: Instant | null
  /** The last email that went out; a later text may point to it. */
  lastEmailAt: Instant | null
  events: { type: string; kind: string | null; at: Instant; account: string | null }[]
  holds: { kind: HoldKind; account: string | null; from: Instant; until: Instant | null }[]
  /** Suppressions of every contact with the recipient. */
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
  /** When the ladder's next message about it, scheduled, queued or being sent, is due. */
  nextMessageAt: Instant | null
  /** When we last contacted the recipient about it. */
  lastMessageAt: Instant | null
  handled: { rung: string; pass: number; state: 'planned' | 'skipped'; at: Instant }[]
}

/**
 * What does planning need to know about these recipients? Call it after locking them.
 *
 * Contacts are read as far back as decisions read them: a text planned to point to an older email would never find it.
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
      (SELECT ${epochMs('max(k.at)')} FROM decorum.conversation k WHERE k.recipient_id = r.id) AS "lastConversationAt",
      (SELECT ${epochMs('max(k.at)')} FROM decorum.contacts_since(${contactsSince}::timestamptz) k
        WHERE k.recipient_id = r.id AND k.channel = 'email' AND k.direction = 'outbound' AND k.outcome IN ('sent', 'delivered')) AS "lastEmailAt",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'kind', e.kind, 'at', ${epochMs('e.effective_at')}, 'account', e.account_id)
          ORDER BY e.seq), '[]'::jsonb) FROM decorum.event e WHERE e.recipient_id = r.id) AS events,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'account', h.account_id, 'from', ${epochMs('h.starts_at')},
          'until', ${epochMs('h.ends_at')}) ORDER BY h.seq), '[]'::jsonb)
        FROM decorum.hold h WHERE h.recipient_id = r.id AND h.ended_at IS NULL AND h.channel IS NULL) AS holds,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', p.reason, 'from', ${epochMs('p.starts_at')}, 'until', ${epochMs('p.ends_at')})), '[]'::jsonb)
        FROM decorum.suppression p
        WHERE p.lifted_at IS NULL AND p.creditor = r.creditor AND p.recipient_id = r.id AND p.scope = 'all') AS stops,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'live', a.live, 'state', a.state, 'product', a.product, 'role', a.role,
          'ladder', s.ladder, 'ladderVersion', s.ladder_version, 'spellId', s.id, 'pass', s.pass,
          'startedOn', s.started_on, 'enteredAt', ${epochMs('s.entered_at')}, 'enteredDpd', s.entered_days_past_due, 'enteredBy', s.entered_by,
          'dueDate', a.due_date, 'statedDaysPastDue', a.stated_days_past_due, 'overdueMinor', a.overdue_minor::text, 'currency', a.currency,
          'graceDays', a.grace_days, 'autoDebit', a.auto_debit, 'riskBand', a.risk_band, 'lastTone', s.last_tone,
          'firstMessageAt', ${epochMs('s.first_message_at')}, 'factsForWords', a.facts_for_words, 'notBefore', ${epochMs('a.not_before')},
          'toneCeiling', a.tone_ceiling,
          'nextMessageAt', (
            SELECT ${epochMs('min(coalesce(w.next_at, m.due_at))')} FROM decorum.reminder_account l JOIN decorum.reminder m ON m.id = l.reminder_id
            LEFT JOIN decorum.waiting w ON w.reminder_id = m.id
            WHERE l.account_id = a.id AND m.origin = 'ladder' AND m.status = 'scheduled'),
          'lastMessageAt', (SELECT ${epochMs('max(k.at)')} FROM decorum.contacts_since(${contactsSince}::timestamptz) k
            WHERE k.recipient_id = r.id AND k.direction = 'outbound' AND k.made_by = 'decorum' AND a.id = ANY(k.account_ids)),
          'handled', (SELECT coalesce(jsonb_agg(jsonb_build_object('rung', g.rung, 'pass', g.pass, 'state', g.state, 'at', ${epochMs('g.at')})
              ORDER BY g.pass, g.at), '[]'::jsonb) FROM decorum.rung_record g WHERE g.spell_id = s.id)
        ) ORDER BY a.external_id), '[]'::jsonb)
        FROM decorum.account a
        JOIN decorum.spell s ON s.id = a.spell_id
        WHERE a.recipient_id = r.id) AS accounts
    FROM decorum.recipient r WHERE r.id = ANY(${recipientIds}::uuid[]) ORDER BY r.id`.execute(trx)
  return withLadders(trx, rows)
}

type Unread = Omit<PlanningRecipient, 'accounts'> & { accounts: Omit<PlanningAccount, 'ladderBody'>[] }

/** Many accounts share few ladders, so each body is read once and not beside every account (measured: five times the whole query). */
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

/** A reminder to be added. */
export interface NewReminder {
  id: string
  creditor: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  channel: Channel
  fallbackChannels: Channel[]
  follows: string | null
  template: string
  ladder: string | null
  ladderVersion: string | null
  rung: string | null
  /** SHA-256 over recipient, account set, spells, passes, rung and channel; hexadecimal. */
  uniqueKey: string
  route: string
  dueAt: Instant
  nextAt: Instant
  expiresAt: Instant
  /** Sealed; hexadecimal. Null when the reminder has none. */
  variables: string | null
  accounts: { accountId: string; spellId: string | null; lead: boolean }[]
}

export interface NewTask {
  id: string
  creditor: string
  recipientId: string
  accountIds: string[]
  kind: 'step' | 'hand-off' | 'reply'
  ladder: string
  rung: string
  tone: Tone | null
  /** Empty or absent: the task contacts no one. */
  channels?: Channel[]
  /** Absent: a reminder. */
  stepKind?: Kind
  instructions: string
  dueAt: Instant
  expiresAt: Instant
}

interface NewRungRecord {
  spellId: string
  pass: number
  rung: string
  accountId: string
  state: 'planned' | 'skipped'
  reason: string | null
  detail: string | null
  reminderId: string | null
  taskId: string | null
  at: Instant
}

const at = (column: string) => sql.raw(`to_timestamp(x."${column}" / 1000.0)`)
const set = (entries: readonly object[]) => sql`jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)`

/** Adds reminders whose unique key does not exist yet; returns the ids that were added. */
export async function addReminders(
  trx: Transaction<Database>,
  reminders: readonly NewReminder[],
  now: Instant,
): Promise<Set<string>> {
  if (reminders.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`/* add-reminders */
    WITH x AS MATERIALIZED (
      SELECT * FROM ${set(reminders)} AS x (id uuid, creditor text, "recipientId" uuid, live boolean, origin text, kind text, mode text, tone text,
        channel text, "fallbackChannels" jsonb, follows uuid, template text, ladder text, "ladderVersion" text, rung text, "uniqueKey" text,
        route text, "dueAt" float8, "nextAt" float8, "expiresAt" float8, variables text)
    ), added AS (
    INSERT INTO decorum.reminder (id, creditor, recipient_id, live, origin, kind, mode, tone, channel, fallback_channels, follows, template,
      ladder, ladder_version, rung, unique_key, route, status, due_at, expires_at, variables, created_at, updated_at)
    SELECT x.id, x.creditor, x."recipientId", x.live, x.origin, x.kind, x.mode, x.tone, x.channel,
      ARRAY(SELECT jsonb_array_elements_text(x."fallbackChannels")), x.follows, x.template, x.ladder, x."ladderVersion", x.rung,
      decode(x."uniqueKey", 'hex'), x.route, 'scheduled', ${at('dueAt')}, ${at('expiresAt')},
      decode(x.variables, 'hex'), ${new Date(now)}, ${new Date(now)}
    FROM x
    ON CONFLICT (unique_key) DO NOTHING RETURNING id
    ), waits AS (
      INSERT INTO decorum.waiting (reminder_id, route, next_at)
      SELECT x.id, x.route, ${at('nextAt')} FROM added JOIN x USING (id)
    )
    SELECT id FROM added`.execute(trx)
  const added = new Set(rows.map((row) => row.id))
  const links = reminders
    .filter((r) => added.has(r.id))
    .flatMap((r) => r.accounts.map((a) => ({ ...a, reminderId: r.id })))
  if (links.length > 0) {
    await sql`/* add-reminder-accounts */
      INSERT INTO decorum.reminder_account (reminder_id, account_id, spell_id, lead)
      SELECT x."reminderId", x."accountId", x."spellId", x.lead
      FROM ${set(links)} AS x ("reminderId" uuid, "accountId" uuid, "spellId" uuid, lead boolean)`.execute(trx)
  }
  return added
}

/** Adds tasks of locked recipients, in this order. */
export async function addTasks(trx: Locked, tasks: readonly NewTask[], now: Instant): Promise<void> {
  if (tasks.length === 0) return
  requireHeld(
    trx,
    tasks.map((task) => task.recipientId),
  )
  await sql`
    INSERT INTO decorum.task (id, creditor, recipient_id, account_ids, kind, ladder, rung, tone, channels, step_kind, instructions, status, due_at, expires_at, created_at)
    SELECT x.id, x.creditor, x."recipientId", ARRAY(SELECT jsonb_array_elements_text(x."accountIds")::uuid), x.kind, x.ladder, x.rung, x.tone,
      ARRAY(SELECT jsonb_array_elements_text(coalesce(x.channels, '[]'))), coalesce(x."stepKind", 'reminder'), x.instructions, 'open', ${at('dueAt')}, ${at('expiresAt')}, ${new Date(now)}
    FROM ${set(tasks)} AS x (id uuid, creditor text, "recipientId" uuid, "accountIds" jsonb, kind text, ladder text, rung text, tone text,
      channels jsonb, "stepKind" text, instructions text, "dueAt" float8, "expiresAt" float8)`.execute(trx)
}

/** Records the state of each rung; a rung recorded before in the same pass keeps its first record. */
export async function recordRungs(trx: Transaction<Database>, records: readonly NewRungRecord[]): Promise<void> {
  if (records.length === 0) return
  await sql`/* record-rungs */
    INSERT INTO decorum.rung_record (spell_id, pass, rung, account_id, state, reason, detail, reminder_id, task_id, at)
    SELECT x."spellId", x.pass, x.rung, x."accountId", x.state, x.reason, x.detail, x."reminderId", x."taskId", ${at('at')}
    FROM ${set(records)} AS x ("spellId" uuid, pass int, rung text, "accountId" uuid, state text, reason text, detail text,
      "reminderId" uuid, "taskId" uuid, at float8)
    ON CONFLICT (spell_id, pass, rung) DO NOTHING`.execute(trx)
}

/** Sets when planning looks at each account next; null: not before something is reported. */
export async function setPlanAt(
  trx: Locked,
  looks: readonly { accountId: string; nextLookAt: Instant | null }[],
): Promise<void> {
  if (looks.length === 0) return
  await sql`/* set-next-looks */
    UPDATE decorum.account a SET plan_at = ${at('nextLookAt')}
    FROM ${set(looks)} AS x ("accountId" uuid, "nextLookAt" float8) WHERE a.id = x."accountId"`.execute(trx)
}

/**
 * Clears `plan_at` of due accounts that planning has nothing to do for (no spell, or finished).
 *
 * Found by their recipients: by `plan_at`, which is hidden from its index here, every account due for planning was
 * read for each batch (measured with 5,000 due: 60 µs a recipient).
 */
export async function clearPlanAt(
  trx: Locked,
  recipientIds: readonly string[],
  planned: readonly string[],
  now: Date,
): Promise<void> {
  requireHeld(trx, recipientIds)
  await sql`/* stop-looking */
    UPDATE decorum.account SET plan_at = NULL
    WHERE recipient_id = ANY(${recipientIds}::uuid[]) AND coalesce(plan_at <= ${now}, false) AND NOT (id = ANY(${planned}::uuid[]))`.execute(
    trx,
  )
}

/** Records that the recipient had a missed step made up for on this day, which allows no second one. */
export async function markCaughtUp(trx: Locked, recipientId: string, on: LocalDate): Promise<void> {
  requireHeld(trx, [recipientId])
  await sql`UPDATE decorum.recipient SET caught_up_on = ${on} WHERE id = ${recipientId}::uuid`.execute(trx)
}
