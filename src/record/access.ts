import { type Kysely, type Selectable, sql } from 'kysely'
import { newId } from './id.ts'
import { reaches, type Reach } from './reach.ts'
import type { AccessLogTable, Database, Db } from './schema.ts'

/** Readings of personal data, which the alarm on bulk reading counts. */
export const READINGS = ['recipient-read', 'address-search', 'words-read', 'captured-read', 'recipient-export'] as const

/** What an entry is about, by the creditor's own id (account, recipient) or by ours; its person is looked up when it is written. */
export type AccessSubject =
  | { kind: 'account' | 'recipient'; creditor: string | null; id: string }
  | { kind: 'hold' | 'suppression' | 'task' | 'reminder' | 'permit'; id: string }

/** One entry of the access log. */
export interface Access {
  /** Business time. */
  at: Date
  /** `key:<id>`, `user:<name>`. */
  actor: string
  /** One of READINGS, or the name of the operation that changed something. */
  action: string
  /** Ids and hashes only; absent: as `about` says. */
  subject?: string
  creditor: string | null
  /** Our own id of the person; absent: the one of `about`. */
  recipientId?: string | null
  about?: AccessSubject | null
  /** False: of a test key. */
  live: boolean
}

const OF_PERSON: Readonly<Record<string, string>> = {
  hold: 'hold',
  suppression: 'suppression',
  task: 'task',
  reminder: 'reminder',
  permit: 'permit',
}

/** Writes entries of the access log, in one statement whatever their number; persons are looked up by key. */
export async function logAccess(db: Db, entries: readonly Access[]): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map((entry) => ({
    id: newId(),
    at: entry.at,
    actor: entry.actor,
    action: entry.action,
    subject: entry.subject ?? (entry.about == null ? '' : `${entry.about.kind}:${entry.about.id}`),
    creditor: entry.creditor ?? (entry.about != null && 'creditor' in entry.about ? entry.about.creditor : null),
    recipient_id: entry.recipientId ?? null,
    kind: entry.about?.kind ?? null,
    about: entry.about?.id ?? null,
    live: entry.live,
  }))
  const byOwnId = sql.join(
    Object.entries(OF_PERSON).map(
      ([kind, table]) =>
        sql`WHEN ${sql.lit(kind)} THEN (SELECT o.recipient_id FROM ${sql.table(`decorum.${table}`)} o WHERE o.id = CASE WHEN x.kind = ${sql.lit(kind)} THEN x.about::uuid END)`,
    ),
    sql` `,
  )
  // A creditor that is not stated is found if one alone uses the id.
  const upstream = (
    table: string,
    column: string,
  ) => sql`(SELECT CASE WHEN count(*) = 1 THEN (array_agg(o.${sql.ref(column)}))[1] END FROM ${sql.table(`decorum.${table}`)} o
    WHERE o.external_id = x.about AND (x.creditor IS NULL OR o.creditor = x.creditor))`
  await sql`
    INSERT INTO decorum.access_log (id, at, actor, action, subject, creditor, recipient_id, live)
    SELECT y.id, y.at, y.actor, y.action, y.subject, coalesce(y.creditor, r.creditor), y.person, y.live FROM (
      SELECT x.*, coalesce(x.recipient_id, CASE x.kind WHEN 'recipient' THEN ${upstream('recipient', 'id')} WHEN 'account' THEN ${upstream('account', 'recipient_id')} ${byOwnId} END) AS person
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x (id uuid, at timestamptz, actor text, action text, subject text, creditor text,
        recipient_id uuid, kind text, about text, live boolean)
    ) y LEFT JOIN decorum.recipient r ON r.id = y.person`.execute(db)
}

export type AccessListing = Selectable<AccessLogTable> & { recipient_external_id: string | null }

interface AccessFilter extends Reach {
  /** Our own id; null: of everybody. */
  recipientId: string | null
  actor: string | null
  from: Date | null
  to: Date | null
  before: string | null
  limit: number
}

/** Entries of the access log, the newest first. A key of one creditor sees what concerns that creditor, a test key what test keys did. */
export const listAccess = (db: Kysely<Database>, filter: AccessFilter): Promise<AccessListing[]> =>
  db
    .selectFrom('decorum.access_log as l')
    .leftJoin('decorum.recipient as r', 'r.id', 'l.recipient_id')
    .selectAll('l')
    .select('r.external_id as recipient_external_id')
    .where(reaches(filter, 'l.creditor', ['l.live']))
    .$if(filter.recipientId !== null, (q) => q.where('l.recipient_id', '=', filter.recipientId as string))
    .$if(filter.actor !== null, (q) => q.where('l.actor', '=', filter.actor as string))
    .$if(filter.from !== null, (q) => q.where('l.at', '>=', filter.from as Date))
    .$if(filter.to !== null, (q) => q.where('l.at', '<', filter.to as Date))
    .$if(filter.before !== null, (q) => q.where('l.id', '<', filter.before as string))
    .orderBy('l.id', 'desc')
    .limit(filter.limit)
    .execute()

/** The alarm's own entries. */
export const BULK_READING = 'bulk-reading'

/**
 * Who has read of more than so many people within the last hour, by machine time, and was not reported within it?
 *
 * Reports each in the access log in the same statement, so that of several sweepers one raises the alarm.
 */
export async function reportBulkReading(
  db: Kysely<Database>,
  most: number,
  at: Date,
): Promise<{ actor: string; people: number }[]> {
  return db.transaction().execute(async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('decorum.bulk-reading'))`.execute(trx)
    const since = sql`decorum_since.id`
    const { rows } = await sql<{ actor: string; people: number; live: boolean }>`
      WITH decorum_since AS (SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp() - interval '1 hour') * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid AS id)
      SELECT l.actor, count(DISTINCT l.recipient_id)::int AS people, bool_or(l.live) AS live
      FROM decorum_since, decorum.access_log l
      WHERE l.id > ${since} AND l.recipient_id IS NOT NULL AND l.action IN (${sql.join(READINGS.map((action) => sql.lit(action)))})
        AND NOT EXISTS (SELECT 1 FROM decorum.access_log told WHERE told.actor = l.actor AND told.action = ${sql.lit(BULK_READING)} AND told.id > ${since})
      GROUP BY l.actor HAVING count(DISTINCT l.recipient_id) > ${most} ORDER BY l.actor`.execute(trx)
    await logAccess(
      trx,
      rows.map(({ actor, people, live }) => ({
        at,
        actor,
        action: BULK_READING,
        subject: `people:${people}`,
        creditor: null,
        live,
      })),
    )
    return rows.map(({ actor, people }) => ({ actor, people }))
  })
}

/** Where a page ended: the values of its last row, in the order of the list's sort columns. */
export type Position = readonly (string | number)[]

/** The position as an opaque text for the client. */
export const writeCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url')

/**
 * Which position does this cursor name?
 *
 * @param shape  the type of each part, as the list wrote it
 * @returns      null when it is not a cursor of this list
 */
export function readCursor(cursor: string, shape: readonly ('text' | 'number' | 'id')[]): Position | null {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return null
  }
  if (!Array.isArray(parts) || parts.length !== shape.length) return null
  const fits = parts.every((part, i) =>
    shape[i] === 'number' ? Number.isSafeInteger(part) : fitsText(part, shape[i] === 'id'),
  )
  return fits ? (parts as Position) : null
}

const fitsText = (part: unknown, id: boolean): boolean =>
  typeof part === 'string' &&
  part.length <= 200 &&
  (id ? /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(part) : !part.includes('\0'))
