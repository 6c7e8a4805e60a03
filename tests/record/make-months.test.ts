import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { parseInstant } from '../../src/model/time.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import {
  firstKey,
  listPartitions,
  makeMonths,
  monthLabel,
  monthOf,
  PARTITIONED,
  partitionNamed,
} from '../../src/record/partitions.ts'
import { eachLedger } from '../support/ledger.ts'

const at = (text: string) => parseInstant(text) as number
const PERSON = '01900000-0000-7000-8000-000000000001'

const addContact = (ledger: Ledger, day: string, id: string, outcome = 'sent') =>
  sql`
  INSERT INTO decorum.reported_contact (recipient_id, at, id, creditor, channel, direction, outcome, made_by, account_ids, recorded_at, seq)
  VALUES (${PERSON}, ${day}, ${id}, 'c', 'phone', 'outbound', ${outcome}, 'agency', '{}', now(), 1)`.execute(ledger.db)
const pieceOf = async (ledger: Ledger, id: string) =>
  (
    await sql<{
      piece: string
    }>`SELECT tableoid::regclass::text AS piece FROM decorum.reported_contact WHERE id = ${id}`.execute(ledger.db)
  ).rows.map((row) => row.piece)
/** The others are filed by an id, which tells machine time. */
const BY_BUSINESS_TIME = ['reservation', 'settlement', 'reported_contact']
const ID = (n: number) => `01900000-0000-7000-8000-0000000001${String(n).padStart(2, '0')}`

it('a month begins with the least uuidv7 of its first millisecond', () => {
  const receipt = PARTITIONED.find(({ name }) => name === 'receipt') as (typeof PARTITIONED)[number]
  const first = firstKey(receipt, at('2026-12-01T00:00:00Z'))
  expect(first).toBe('01a22ee6-b000-0000-0000-000000000000')
  expect(Number.parseInt(first.replaceAll('-', '').slice(0, 12), 16)).toBe(at('2026-12-01T00:00:00Z'))
})

it('a piece is known by its name', () => {
  expect(partitionNamed('reported_contact_2026_11')).toMatchObject({
    kind: 'month',
    from: at('2026-11-01T00:00:00Z'),
    to: at('2026-12-01T00:00:00Z'),
  })
  expect(partitionNamed('receipt_default')).toMatchObject({ kind: 'default', from: null, to: null })
  expect(partitionNamed('reminder_2026_11')).toBeNull()
  expect(monthLabel(monthOf(at('2026-11-30T23:59:59Z'), 2))).toBe('2027_01')
})

/** A month that was made stays: each case has months of its own. */
eachLedger('the months to come', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
  })
  const machine = Date.now()

  it('are there from the beginning', async () => {
    expect(await makeMonths(ledger.db, { machine, business: machine }, 200)).toEqual({
      made: [],
      moved: 0,
      busy: false,
    })
  })

  it('leave room on the pages of settlements, so that a receipt changes one without touching an index', async () => {
    const half = async () =>
      (
        await sql<{ half: boolean }>`
      SELECT bool_and(piece.reloptions @> ARRAY['fillfactor=45']) AS half FROM pg_inherits h JOIN pg_class piece ON piece.oid = h.inhrelid
      WHERE h.inhparent = 'decorum.settlement'::regclass`.execute(ledger.db)
      ).rows[0]?.half
    expect(await half()).toBe(true)
    await makeMonths(ledger.db, { machine, business: at('2030-01-20T00:00:00Z') }, 200)
    expect(await half()).toBe(true)
  })

  it('take up what had fallen into the default, conversations remembered', async () => {
    await addContact(ledger, '2031-05-03T10:00:00Z', ID(1), 'conversation')
    await addContact(ledger, '2031-09-03T10:00:00Z', ID(2))
    expect(await pieceOf(ledger, ID(1))).toEqual(['decorum.reported_contact_default'])
    const { made, moved, busy } = await makeMonths(ledger.db, { machine, business: at('2031-05-20T00:00:00Z') }, 200)
    expect({ made, moved, busy }).toEqual({
      made: BY_BUSINESS_TIME.flatMap((table) => ['05', '06', '07', '08'].map((month) => `${table}_2031_${month}`)),
      moved: 1,
      busy: false,
    })
    expect(await pieceOf(ledger, ID(1))).toEqual(['decorum.reported_contact_2031_05'])
    expect(await pieceOf(ledger, ID(2))).toEqual(['decorum.reported_contact_default'])
    expect(await ledger.db.selectFrom('decorum.conversation').select('id').execute()).toEqual([{ id: ID(1) }])
  })

  it('are made by machine time for what is filed by id, by business time for contacts and attempts', async () => {
    const { made } = await makeMonths(
      ledger.db,
      { machine: at('2032-01-31T23:00:00Z'), business: at('2033-05-20T00:00:00Z') },
      200,
    )
    expect(made).toHaveLength(20)
    const monthsOf = (table: string) => made.filter((name) => name.startsWith(table)).map((name) => name.slice(-7))
    for (const table of ['withheld_decision', 'receipt'])
      expect(monthsOf(table)).toEqual(['2032_01', '2032_02', '2032_03', '2032_04'])
    for (const table of BY_BUSINESS_TIME) expect(monthsOf(table)).toEqual(['2033_05', '2033_06', '2033_07', '2033_08'])
  })

  it('have every index, and what is written into them is refused twice', async () => {
    await makeMonths(ledger.db, { machine: at('2038-01-20T00:00:00Z'), business: at('2038-06-20T00:00:00Z') }, 200)
    await addContact(ledger, '2038-06-03T10:00:00Z', ID(3))
    expect(await pieceOf(ledger, ID(3))).toEqual(['decorum.reported_contact_2038_06'])
    await expect(addContact(ledger, '2038-06-03T10:00:00Z', ID(3))).rejects.toMatchObject({ code: '23505' })
    const { rows } = await sql<{ table: string; indexes: number }>`
      SELECT tablename::text AS table, count(*)::int AS indexes FROM pg_indexes WHERE tablename ~ '_2038_0[16]$' GROUP BY 1 ORDER BY 1`.execute(
      ledger.db,
    )
    expect(Object.fromEntries(rows.map(({ table, indexes }) => [table, indexes]))).toEqual({
      receipt_2038_01: 1,
      reported_contact_2038_06: 2,
      reservation_2038_06: 2,
      settlement_2038_06: 2,
      withheld_decision_2038_01: 1,
    })
  })

  it('are made once, however many make them', async () => {
    const now = { machine: at('2034-03-01T00:00:00Z'), business: at('2034-03-01T00:00:00Z') }
    const before = new Set((await listPartitions(ledger.db)).map((piece) => piece.name))
    const results = await Promise.all([1, 2, 3].map(() => makeMonths(ledger.db, now, 200)))
    const last = await makeMonths(ledger.db, now, 200)
    const names = [...results, last].flatMap((result) => result.made)
    expect(new Set(names).size).toBe(names.length)
    const added = (await listPartitions(ledger.db)).filter((piece) => !before.has(piece.name))
    expect(added.filter((piece) => piece.from !== null && piece.from >= now.machine)).toHaveLength(20)
    expect(added.map((piece) => piece.name).toSorted()).toEqual(names.toSorted())
  })

  it('wait for the next round while somebody is reading the default', async () => {
    if (ledger.embedded) return
    await ledger.db.transaction().execute(async (reader) => {
      await sql`SELECT count(*) FROM decorum.reported_contact`.execute(reader)
      const result = await makeMonths(ledger.db, { machine, business: at('2036-01-01T00:00:00Z') }, 100)
      // Nobody reads the attempts.
      const others = BY_BUSINESS_TIME.filter((table) => table !== 'reported_contact')
      expect(result.made.map((name) => name.slice(0, -8))).toEqual(others.flatMap((table) => Array(4).fill(table)))
      expect(result).toMatchObject({ moved: 0, busy: true })
    })
    expect((await makeMonths(ledger.db, { machine, business: at('2036-01-01T00:00:00Z') }, 100)).made).toHaveLength(4)
  })
})
