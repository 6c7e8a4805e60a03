import { type Kysely, sql } from 'kysely'
import type { Channel, EventType, HoldKind } from '../model/vocabulary.ts'
import type { StoredEvidence, Database } from './schema.ts'
import type { BlockedTime } from '../model/facts.ts'

/** What is kept of a person beside what lists show: sealed notes, consents, where they may be. */
export interface KeptOfPerson {
  locationEvidence: StoredEvidence[]
  blockedTimes: BlockedTime[]
  consents: {
    id: string
    kind: string
    channel: Channel | null
    from: Date
    until: Date | null
    source: string | null
  }[]
  events: {
    id: string
    upstreamId: string
    accountId: string | null
    type: EventType
    kind: string | null
    occurredAt: Date
    effect: string | null
    body: Record<string, unknown>
    note: Buffer | null
  }[]
  holds: { id: string; kind: HoldKind; details: Record<string, unknown> }[]
  tasks: { id: string; note: Buffer | null; instructions: string | null }[]
  accounts: { id: string; upstreamId: string; variables: Buffer | null; factsForWords: Record<string, unknown> }[]
  attempts: { reminderId: string; no: number }[]
}

/** All that is kept of this person that lists do not show; what is sealed is still sealed. */
export async function keptOfPerson(db: Kysely<Database>, recipientId: string): Promise<KeptOfPerson> {
  const id = sql`${recipientId}::uuid`
  const [person, consents, events, holds, tasks, accounts, attempts] = [
    await sql<Pick<KeptOfPerson, 'locationEvidence' | 'blockedTimes'>>`
      SELECT location_evidence AS "locationEvidence", blocked_times AS "blockedTimes" FROM decorum.recipient WHERE id = ${id}`.execute(
      db,
    ),
    await sql<KeptOfPerson['consents'][number]>`
      SELECT id, kind, channel, starts_at AS from, ends_at AS until, source FROM decorum.consent WHERE recipient_id = ${id} ORDER BY seq`.execute(
      db,
    ),
    await sql<KeptOfPerson['events'][number]>`
      SELECT e.id, e.external_id AS "upstreamId", a.external_id AS "accountId", e.type, e.kind, e.occurred_at AS "occurredAt", e.effect, e.body, e.note
      FROM decorum.event e LEFT JOIN decorum.account a ON a.id = e.account_id WHERE e.recipient_id = ${id} ORDER BY e.seq`.execute(
      db,
    ),
    await sql<
      KeptOfPerson['holds'][number]
    >`SELECT id, kind, details FROM decorum.hold WHERE recipient_id = ${id} ORDER BY seq`.execute(db),
    await sql<
      KeptOfPerson['tasks'][number]
    >`SELECT id, note, instructions FROM decorum.task WHERE recipient_id = ${id} ORDER BY seq`.execute(db),
    await sql<KeptOfPerson['accounts'][number]>`
      SELECT id, external_id AS "upstreamId", variables, facts_for_words AS "factsForWords" FROM decorum.account WHERE recipient_id = ${id} ORDER BY id`.execute(
      db,
    ),
    await sql<KeptOfPerson['attempts'][number]>`
      SELECT reminder_id AS "reminderId", no FROM decorum.attempt WHERE recipient_id = ${id} ORDER BY reserved_at, reminder_id, no`.execute(
      db,
    ),
  ]
  return {
    locationEvidence: person.rows[0]?.locationEvidence ?? [],
    blockedTimes: person.rows[0]?.blockedTimes ?? [],
    consents: consents.rows,
    events: events.rows,
    holds: holds.rows,
    tasks: tasks.rows,
    accounts: accounts.rows,
    attempts: attempts.rows,
  }
}
