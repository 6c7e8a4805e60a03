import { sql, type Transaction } from 'kysely'
import type { Instant, LocalDate } from '../model/time.ts'
import type { Channel, Kind, Mode, Tone } from '../model/vocabulary.ts'
import { type Locked, requireHeld } from './locks.ts'
import type { Database } from './schema.ts'

/** A reminder to be owed from now on. */
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
  /** Sealed; hexadecimal. Null when the reminder brings none. */
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
  /** Empty or absent: nobody is contacted. */
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

/** Adds reminders that do not exist yet; answers the ids that were added (the others stand under their unique key already). */
export async function addReminders(
  trx: Transaction<Database>,
  reminders: readonly NewReminder[],
  now: Instant,
): Promise<Set<string>> {
  if (reminders.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`/* add-reminders */
    INSERT INTO decorum.reminder (id, creditor, recipient_id, live, origin, kind, mode, tone, channel, fallback_channels, follows, template,
      ladder, ladder_version, rung, unique_key, route, status, due_at, next_at, expires_at, variables, created_at, updated_at)
    SELECT x.id, x.creditor, x."recipientId", x.live, x.origin, x.kind, x.mode, x.tone, x.channel,
      ARRAY(SELECT jsonb_array_elements_text(x."fallbackChannels")), x.follows, x.template, x.ladder, x."ladderVersion", x.rung,
      decode(x."uniqueKey", 'hex'), x.route, 'scheduled', ${at('dueAt')}, ${at('nextAt')}, ${at('expiresAt')},
      decode(x.variables, 'hex'), ${new Date(now)}, ${new Date(now)}
    FROM ${set(reminders)} AS x (id uuid, creditor text, "recipientId" uuid, live boolean, origin text, kind text, mode text, tone text,
      channel text, "fallbackChannels" jsonb, follows uuid, template text, ladder text, "ladderVersion" text, rung text, "uniqueKey" text,
      route text, "dueAt" float8, "nextAt" float8, "expiresAt" float8, variables text)
    ON CONFLICT (unique_key) DO NOTHING RETURNING id`.execute(trx)
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

/** Adds tasks for people; the sequence of each recipient is raised by the caller, who holds its lock. */
export async function addTasks(
  trx: Transaction<Database>,
  tasks: readonly (NewTask & { seq: number })[],
  now: Instant,
): Promise<void> {
  if (tasks.length === 0) return
  await sql`
    INSERT INTO decorum.task (id, creditor, recipient_id, account_ids, kind, ladder, rung, tone, channels, step_kind, instructions, status, due_at, expires_at, created_at, seq)
    SELECT x.id, x.creditor, x."recipientId", ARRAY(SELECT jsonb_array_elements_text(x."accountIds")::uuid), x.kind, x.ladder, x.rung, x.tone,
      ARRAY(SELECT jsonb_array_elements_text(coalesce(x.channels, '[]'))), coalesce(x."stepKind", 'reminder'), x.instructions, 'open', ${at('dueAt')}, ${at('expiresAt')}, ${new Date(now)}, x.seq
    FROM ${set(tasks)} AS x (id uuid, creditor text, "recipientId" uuid, "accountIds" jsonb, kind text, ladder text, rung text, tone text,
      channels jsonb, "stepKind" text, instructions text, "dueAt" float8, "expiresAt" float8, seq bigint)`.execute(trx)
}

/** Records what became of each rung; a rung recorded before in the same pass keeps its first record. */
export async function recordRungs(trx: Transaction<Database>, records: readonly NewRungRecord[]): Promise<void> {
  if (records.length === 0) return
  await sql`/* record-rungs */
    INSERT INTO decorum.rung_record (spell_id, pass, rung, account_id, state, reason, detail, reminder_id, task_id, at)
    SELECT x."spellId", x.pass, x.rung, x."accountId", x.state, x.reason, x.detail, x."reminderId", x."taskId", ${at('at')}
    FROM ${set(records)} AS x ("spellId" uuid, pass int, rung text, "accountId" uuid, state text, reason text, detail text,
      "reminderId" uuid, "taskId" uuid, at float8)
    ON CONFLICT (spell_id, pass, rung) DO NOTHING`.execute(trx)
}

/** When planning looks at each account next; null: not before something is reported. */
export async function setNextLooks(
  trx: Locked,
  looks: readonly { accountId: string; nextLookAt: Instant | null }[],
): Promise<void> {
  if (looks.length === 0) return
  await sql`/* set-next-looks */
    UPDATE decorum.account a SET plan_at = ${at('nextLookAt')}
    FROM ${set(looks)} AS x ("accountId" uuid, "nextLookAt" float8) WHERE a.id = x."accountId"`.execute(trx)
}

/**
 * Accounts due now that planning has nothing to say about (no spell, or finished) are not looked at again.
 *
 * Found by their people: by `plan_at`, which is hidden from its index here, every account that waits to be planned was
 * read for each batch (measured with 5,000 waiting: 60 µs a person).
 */
export async function stopLooking(
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

/** The person had a missed step caught up on this day: no second one today. */
export async function markCaughtUp(trx: Locked, recipientId: string, on: LocalDate): Promise<void> {
  requireHeld(trx, [recipientId])
  await sql`UPDATE decorum.recipient SET caught_up_on = ${on} WHERE id = ${recipientId}::uuid`.execute(trx)
}
