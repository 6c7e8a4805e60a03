import pg from 'pg'
import type { TemplateFacts } from '../../../src/model/template-facts.ts'
import { benchConfig } from '../bench-config.ts'
import type { OpenPeer } from '../peer.ts'
import { plainJobOf, providerWork } from '../provider-work.ts'
import { bullmq } from './bullmq.ts'

/** Contacts in seven days at most. */
const WEEKLY_CAP = 7
const CHOICES = [10, 25, 50, 100]
/** Connections; more jobs than that at once are on the wire to the provider, or wait for one. */
const POOL = 20

/** What such a worker keeps, in clear. No foreign keys on what every call writes, as in Decorum's ledger; indexed for what it asks: keys, a person's contacts by time, what is still to be queued. */
const TABLES = `
  CREATE SCHEMA careful;
  CREATE TABLE careful.person (id bigint PRIMARY KEY, phone text NOT NULL);
  CREATE TABLE careful.reminder (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES careful.person, facts jsonb NOT NULL,
    status text NOT NULL, due_at timestamptz NOT NULL, sent_at timestamptz) WITH (fillfactor = 80);
  CREATE INDEX ON careful.reminder (due_at) WHERE status = 'scheduled';
  CREATE TABLE careful.attempt (reminder_id bigint NOT NULL, no int NOT NULL, status text NOT NULL,
    begun_at timestamptz NOT NULL, ended_at timestamptz, provider_ref text, error text, PRIMARY KEY (reminder_id, no)) WITH (fillfactor = 80);
  CREATE TABLE careful.contact (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id bigint NOT NULL,
    reminder_id bigint NOT NULL, channel text NOT NULL, status text NOT NULL, at timestamptz NOT NULL) WITH (fillfactor = 80);
  CREATE INDEX ON careful.contact (person_id, at)`

interface Permitted {
  to: string
  facts: TemplateFacts
  contact: string
}

/**
 * What a good team writes by hand on BullMQ and PostgreSQL: nobody is contacted too often, nothing goes out twice, all of it is on record.
 *
 * One job a reminder. One transaction before the call (lock the person, count the week's contacts, insert attempt and
 * contact) and one after it (attempt, contact and reminder). No packs, no reasons, no encryption.
 */
export const carefulWorker: OpenPeer = async (places) => {
  if (places.databaseUrl === null) throw new TypeError('this peer needs PostgreSQL')
  const config = benchConfig(places)
  const { wordsOf, call } = providerWork(config)
  const pool = new pg.Pool({ connectionString: places.databaseUrl, max: POOL })
  await pool.query(TABLES)
  const inTransaction = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const result = await work(client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  }
  let atOnce = CHOICES[0] as number
  const send = async ({ no }: { no: number }): Promise<void> => {
    const permitted = await inTransaction((client) => permit(client, no))
    if (permitted === null) return
    let [reference, failure]: [string | null, string | null] = [null, null]
    try {
      reference = await call({ no, to: permitted.to }, wordsOf(permitted.facts))
    } catch (error) {
      failure = (error as Error).message
    }
    await inTransaction((client) => record(client, no, permitted.contact, reference, failure))
  }
  const queue = await bullmq(
    places.redisUrl,
    (no) => ({ no }),
    send,
    () => atOnce,
  )
  return {
    add: async (from, count) => {
      const jobs = Array.from({ length: count }, (_, i) => plainJobOf(from + i, config))
      await pool.query(
        `WITH person AS (INSERT INTO careful.person SELECT * FROM unnest($1::bigint[], $2::text[]))
         INSERT INTO careful.reminder (id, person_id, facts, status, due_at)
           SELECT id, id, facts, 'queued', now() FROM unnest($1::bigint[], $3::jsonb[]) AS added (id, facts)`,
        [jobs.map(({ no }) => no), jobs.map(({ to }) => to), jobs.map(({ facts }) => JSON.stringify(facts))],
      )
      await queue.add(from, count)
    },
    drain: queue.drain,
    concurrency: {
      choices: CHOICES,
      use: (chosen) => {
        atOnce = chosen
      },
    },
  }
}

/** May this reminder be sent now? If so, attempt and contact are on record once this is committed. Null: it may not, or somebody else sends it. */
async function permit(client: pg.PoolClient, no: number): Promise<Permitted | null> {
  const { rows } = await client.query<{ person_id: string; phone: string; facts: TemplateFacts }>({
    name: 'lock',
    text: `SELECT p.id AS person_id, p.phone, r.facts FROM careful.reminder r JOIN careful.person p ON p.id = r.person_id
           WHERE r.id = $1 AND r.status = 'queued' FOR UPDATE OF p`,
    values: [no],
  })
  const [found] = rows
  if (found === undefined) return null
  const counted = await client.query<{ contacts: number }>({
    name: 'count',
    text: `SELECT count(*)::int AS contacts FROM careful.contact WHERE person_id = $1 AND at > now() - interval '7 days'`,
    values: [found.person_id],
  })
  if ((counted.rows[0]?.contacts ?? 0) >= WEEKLY_CAP) return null
  const attempt = await client.query({
    name: 'attempt',
    text: `INSERT INTO careful.attempt (reminder_id, no, status, begun_at) VALUES ($1, 1, 'sending', now()) ON CONFLICT DO NOTHING`,
    values: [no],
  })
  if (attempt.rowCount === 0) return null
  const contact = await client.query<{ id: string }>({
    name: 'contact',
    text: `INSERT INTO careful.contact (person_id, reminder_id, channel, status, at) VALUES ($1, $2, 'sms', 'pending', now()) RETURNING id`,
    values: [found.person_id, no],
  })
  return { to: found.phone, facts: found.facts, contact: contact.rows[0]?.id as string }
}

/** What came of the call. */
async function record(
  client: pg.PoolClient,
  no: number,
  contact: string,
  reference: string | null,
  failure: string | null,
): Promise<void> {
  await client.query({
    name: 'attempt ended',
    text: `UPDATE careful.attempt SET status = $2, ended_at = now(), provider_ref = $3, error = $4 WHERE reminder_id = $1 AND no = 1`,
    values: [no, failure === null ? 'accepted' : 'failed', reference, failure],
  })
  await client.query({
    name: 'contact ended',
    text: `UPDATE careful.contact SET status = $2 WHERE id = $1`,
    values: [contact, failure === null ? 'sent' : 'failed'],
  })
  await client.query({
    name: 'reminder ended',
    text: `UPDATE careful.reminder SET status = $2, sent_at = now() WHERE id = $1`,
    values: [no, failure === null ? 'sent' : 'failed'],
  })
}
