import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { countWaiting, readOnly, sampleWaiting } from '../../src/record/forecast.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'

const NOW = new Date('2026-11-23T03:00:00Z')
const TONIGHT = new Date('2026-11-23T16:00:00Z')

eachLedger('the sample of what waits', (_name, openFresh) => {
  let fresh: FreshLedger

  beforeAll(async () => {
    fresh = await openFresh()
    const { db } = fresh.ledger
    await sql`INSERT INTO decorum.recipient (id, creditor, external_id, created_at, updated_at) VALUES (gen_random_uuid(), 'c', 'r', ${NOW}, ${NOW})`.execute(
      db,
    )
    // One a second from two hours ago; the route of every third is another.
    await sql`
      WITH added AS (
        INSERT INTO decorum.reminder (id, creditor, recipient_id, live, origin, kind, mode, tone, channel, template, unique_key, route, status, due_at, expires_at, created_at, updated_at)
        SELECT gen_random_uuid(), 'c', r.id, true, 'direct', 'reminder', 'automated', 'gentle', 'sms', 't', n::text::bytea, CASE WHEN n % 3 = 0 THEN 'other' ELSE 'sms' END,
          'scheduled', t.at, t.at + interval '1 day', t.at, t.at
        FROM decorum.recipient r, generate_series(1, 9000) n, LATERAL (SELECT ${NOW}::timestamptz + (n - 7200) * interval '1 second' AS at) t
        RETURNING id, route, due_at
      )
      INSERT INTO decorum.waiting (reminder_id, route, next_at) SELECT id, route, due_at FROM added`.execute(db)
    await sql`
      INSERT INTO decorum.ticket (ring, route, reminder_ids, queued_at)
      SELECT gen_random_uuid(), 'sms', array_agg(reminder_id), now() FROM (
        SELECT reminder_id, row_number() OVER (ORDER BY next_at) AS n FROM decorum.waiting WHERE route = 'sms' AND next_at < ${new Date('2026-11-23T01:01:00Z')}
      ) due GROUP BY n / 25`.execute(db)
  })

  it('counts what is queued, what is due and what is due later today', async () => {
    const counts = await readOnly(fresh.ledger, 5_000, (trx) => countWaiting(trx, 'sms', NOW, TONIGHT))
    expect(counts.queued + counts.scheduled).toBe(6_000)
    expect(counts.queued).toBe(40)
    expect(counts.due).toBe(4_760)
    expect((await readOnly(fresh.ledger, 5_000, (trx) => countWaiting(trx, 'sms', NOW, NOW))).scheduled).toBe(4_760)
  })

  it('takes every n-th in the order of the queue, each for those up to the next, and none twice', async () => {
    const rows = await readOnly(fresh.ledger, 5_000, (trx) =>
      sampleWaiting(trx, { route: 'sms', status: 'scheduled', until: TONIGHT, waiting: 5_960, size: 100 }),
    )
    expect(rows).toHaveLength(100)
    expect(rows.reduce((sum, row) => sum + row.standsFor, 0)).toBe(5_960)
    expect(rows.slice(0, -1).every((row) => row.standsFor === 60)).toBe(true)
    const times = rows.map((row) => row.nextAt.getTime())
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(new Set(rows.map((row) => row.id)).size).toBe(100)
  })

  it('takes all of them when they are few', async () => {
    const rows = await readOnly(fresh.ledger, 5_000, (trx) =>
      sampleWaiting(trx, { route: 'sms', status: 'queued', until: TONIGHT, waiting: 40, size: 400 }),
    )
    expect(rows.map((row) => row.standsFor)).toEqual(Array.from({ length: 40 }, () => 1))
  })

  it('writes nothing, whatever is asked within', async () => {
    await expect(
      readOnly(fresh.ledger, 5_000, (trx) => sql`DELETE FROM decorum.reminder`.execute(trx)),
    ).rejects.toThrow(/read-only/)
  })
})
