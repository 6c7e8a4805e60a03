import { sql, type Transaction } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import type { Ledger } from '../../src/record/ledger.ts'
import type { Database } from '../../src/record/schema.ts'
import { eachLedger } from '../support/ledger.ts'
import { recordAttempt } from '../support/recorded-attempt.ts'

const TABLES = ['reservation', 'settlement', 'withheld_decision', 'receipt', 'reported_contact'] as const
/** By when it happened; the others by the id of their reminder. */
const BY_INSTANT: readonly string[] = ['reservation', 'settlement', 'reported_contact']

/** Two years of reminders, one a day: ids as uuidv7 of that day, and one id that tells no time. */
const DAYS = sql`(
  SELECT day, (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS id, n
  FROM (
    SELECT day, n, lpad(to_hex((extract(epoch FROM day) * 1000)::bigint), 12, '0') AS hex
    FROM generate_series(now() - interval '2 years', now(), interval '1 day') WITH ORDINALITY AS d (day, n)
  ) hexed
  UNION ALL SELECT now(), 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6'::uuid, 100000
)`
const PERSON_ID = '01900000-0000-7000-8000-000000000001'
const PERSON = sql`${sql.lit(PERSON_ID)}::uuid`

/** In one transaction, so that all of it happens at the same instants. */
const fill = (ledger: Ledger): Promise<void> => ledger.db.transaction().execute(fillAll)

async function fillAll(trx: Transaction<Database>): Promise<void> {
  await sql`
    INSERT INTO decorum.reservation (reminder_id, no, reserved_at, creditor, recipient_id, channel, mode, route, provider, address_id, address_hash, account_ids,
      good_until, lease_until, weight, template, template_version, locale, message_hash, valid_seconds, decision_no, candidate_zones, decided, seq)
    SELECT id, 1, day, 'c', ${PERSON}, 'phone', 'automated', 'r', 'capture', ${PERSON}, '\\x00', '{}', day, day, 1, 't', 'v', 'en', '\\x00', 60, 1, '{}', '\\x00', n
    FROM ${DAYS} d`.execute(trx)
  await sql`
    INSERT INTO decorum.settlement (reminder_id, no, reserved_at, status, outcome, settled_at)
    SELECT id, 1, day, 'accepted', CASE WHEN n % 10 = 0 THEN 'conversation' ELSE 'no-answer' END, day FROM ${DAYS} d`.execute(
    trx,
  )
  await sql`
    INSERT INTO decorum.withheld_decision (reminder_id, no, at, last_at, verdict, reasons, packs, candidate_zones, facts, seq)
    SELECT id, 1, day, day, 'defer', '[]', '[]', '{}', '{}', n FROM ${DAYS} d`.execute(trx)
  await sql`
    INSERT INTO decorum.receipt (reminder_id, attempt_no, dedupe, state, final, received_at, changed, seq)
    SELECT id, 1, 'd', 'delivered', true, day, true, n FROM ${DAYS} d`.execute(trx)
  // One contact is dated after every month that is made ahead.
  await sql`
    INSERT INTO decorum.reported_contact (recipient_id, at, id, creditor, channel, direction, outcome, made_by, account_ids, recorded_at, seq)
    SELECT ${PERSON}, CASE WHEN n = 1 THEN now() + interval '3 years' ELSE day END, gen_random_uuid(), 'c', 'phone', 'outbound',
      CASE WHEN n % 10 = 0 THEN 'conversation' ELSE 'no-answer' END, 'agency', '{}', day, n
    FROM ${DAYS} d`.execute(trx)
}

eachLedger('a ledger in months', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    await fill(ledger)
  })

  it.each(TABLES)(
    'keeps each row of %s in the partition of its month, or in the default where its month has none',
    async (table) => {
      const { rows } = await sql<{ partition: string; rows: number }>`
      SELECT regexp_replace(tableoid::regclass::text, '_\\d{4}_\\d\\d$', ' by month') AS partition, count(*)::integer AS rows
      FROM ${sql.table(`decorum.${table}`)} GROUP BY 1 ORDER BY 1`.execute(ledger.db)
      const { rows: filled } = await sql<{ all: number; now: number }>`
      SELECT count(*)::integer AS all, (count(*) FILTER (WHERE day >= date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'))::integer AS now FROM ${DAYS} d`.execute(
        ledger.db,
      )
      const { all = 0, now = 0 } = filled[0] ?? {}
      // The id that tells no time has no month, however new its row is; the month of a contact or an attempt is that of its instant.
      const inMonth = BY_INSTANT.includes(table) ? now : now - 1
      expect(rows).toEqual([
        { partition: `decorum.${table} by month`, rows: inMonth },
        { partition: `decorum.${table}_default`, rows: all - inMonth },
      ])
    },
  )

  it('remembers the conversations it held', async () => {
    const { rows } =
      await sql`SELECT at, id FROM decorum.contact WHERE outcome = 'conversation' EXCEPT SELECT at, id FROM decorum.conversation`.execute(
        ledger.db,
      )
    expect(rows).toEqual([])
    const kept = await ledger.db.selectFrom('decorum.conversation').select('made_by').execute()
    for (const by of ['decorum', 'agency']) expect(kept.filter((one) => one.made_by === by).length).toBeGreaterThan(50)
  })

  it('refuses a second attempt of the same number and instant', async () => {
    await expect(fill(ledger)).rejects.toMatchObject({ code: '23505' })
  })

  it('has every index on every partition', async () => {
    const { rows } = await sql<{ table: string; lacking: number }>`
      SELECT parent.relname AS table, count(*) AS lacking
      FROM pg_inherits h JOIN pg_class parent ON parent.oid = h.inhparent JOIN pg_index wanted ON wanted.indrelid = parent.oid
      WHERE parent.relkind = 'p' AND (NOT wanted.indisvalid OR NOT EXISTS (
        SELECT 1 FROM pg_inherits i JOIN pg_index part ON part.indexrelid = i.inhrelid
        WHERE i.inhparent = wanted.indexrelid AND part.indrelid = h.inhrelid AND part.indisvalid))
      GROUP BY 1`.execute(ledger.db)
    expect(rows).toEqual([])
    const { rows: kept } = await sql<{ name: string }>`
      SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'decorum' AND tablename = ANY(${[...TABLES]}) ORDER BY 1`.execute(
      ledger.db,
    )
    expect(kept.map((index) => index.name)).toEqual([
      'receipt_pkey',
      'reported_contact_address',
      'reported_contact_pkey',
      'reservation_pkey',
      'reservation_recipient',
      'settlement_doubt',
      'settlement_pkey',
      'withheld_decision_pkey',
    ])
  })
})

eachLedger('the memory of conversations', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    await sql`INSERT INTO decorum.recipient (id, creditor, external_id, created_at, updated_at) VALUES (${PERSON}, 'c', 'r', now(), now())`.execute(
      ledger.db,
    )
  })
  const remembered = async () =>
    (await ledger.db.selectFrom('decorum.conversation').select(['at', 'party']).orderBy('at').execute()).map((row) => [
      row.at.toISOString().slice(0, 10),
      row.party,
    ])

  it('follows a contact through everything that becomes of it', async () => {
    const id = '01900000-0000-7000-8000-000000000002'
    await sql`
      INSERT INTO decorum.reported_contact (recipient_id, at, id, creditor, channel, direction, outcome, made_by, account_ids, recorded_at, seq)
      VALUES (${PERSON}, '2026-01-10', ${id}, 'c', 'phone', 'outbound', 'pending', 'agency', '{}', now(), 1)`.execute(
      ledger.db,
    )
    expect(await remembered()).toEqual([])
    await sql`UPDATE decorum.reported_contact SET outcome = 'conversation', party = 'recipient' WHERE id = ${id}`.execute(
      ledger.db,
    )
    expect(await remembered()).toEqual([['2026-01-10', 'recipient']])
    // As a permit's contact does when the call's own time becomes known: it changes its month.
    await sql`UPDATE decorum.reported_contact SET at = '2027-06-10' WHERE id = ${id}`.execute(ledger.db)
    expect(await remembered()).toEqual([['2027-06-10', 'recipient']])
    await sql`UPDATE decorum.reported_contact SET outcome = 'no-answer', party = NULL WHERE id = ${id}`.execute(
      ledger.db,
    )
    expect(await remembered()).toEqual([])
    await sql`UPDATE decorum.reported_contact SET outcome = 'conversation' WHERE id = ${id}`.execute(ledger.db)
    await sql`DELETE FROM decorum.reported_contact WHERE id = ${id}`.execute(ledger.db)
    expect(await remembered()).toEqual([])
  })

  it('follows an attempt of our own through everything that becomes of it', async () => {
    const day = new Date('2026-03-10T10:00:00Z')
    const { reminderId } = await recordAttempt(ledger.db, {
      creditor: 'c',
      recipientId: PERSON_ID,
      channel: 'phone',
      at: day,
      settled: { outcome: 'pending' },
    })
    const become = (outcome: string) =>
      sql`UPDATE decorum.settlement SET outcome = ${outcome} WHERE reminder_id = ${reminderId}::uuid`.execute(ledger.db)
    expect(await remembered()).toEqual([])
    await become('conversation')
    expect(await remembered()).toEqual([['2026-03-10', 'recipient']])
    await become('voicemail')
    expect(await remembered()).toEqual([])
    await become('conversation')
    expect(await remembered()).toEqual([['2026-03-10', 'recipient']])
    await sql`DELETE FROM decorum.settlement WHERE reminder_id = ${reminderId}::uuid`.execute(ledger.db)
    expect(await remembered()).toEqual([])
  })
})
