import { sql } from 'kysely'
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { SteppedClock } from '../../src/app/clock.ts'
import type { Config } from '../../src/config/config.ts'
import { DAY } from '../../src/model/time.ts'
import { auditChain } from '../../src/pipeline/audit/audit-chain.ts'
import { ChainSealer } from '../../src/pipeline/chain.ts'
import { purgeNotices, retain } from '../../src/pipeline/retention.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'
import { registerWriter } from '../../src/record/chain/writer.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { listPartitions, makeMonths } from '../../src/record/partitions.ts'
import { parseKeyRing } from '../../src/record/vault/key-ring.ts'
import { openVault } from '../../src/record/vault/vault.ts'
import { retentionInWords } from '../../src/report/retention-report.ts'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { eachLedger } from '../support/ledger.ts'
import { masterKey } from '../support/master-key.ts'
import { at, LENDER, shippedConfig } from '../support/stage.ts'
import { recordAttempt } from '../support/recorded-attempt.ts'

const OLD = '2022-03-10T12:00:00Z'
const [OWES, PAID, COURT] = [1, 2, 3].map((n) => `01900000-0000-7000-8000-00000000000${n}`) as [string, string, string]
/** A reminder's id as it was made at that moment. */
const idOf = (when: string, n: number) => {
  const hex = at(when).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-00000000000${n}`
}

eachLedger('retention', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  const open = (
    house: Omit<Config['retention'], 'keepNoticesDays'> & { keepNoticesDays?: number },
    now = '2026-11-23T12:00:00Z',
  ) => {
    const config = { ...shippedConfig(), retention: { keepNoticesDays: 30, ...house } }
    runtime = { config, ledger, clock: new SteppedClock(at(now)), log: pino({ level: 'silent' }) } as unknown as Runtime
  }
  const run = (apply: boolean) => retain(runtime, LENDER, policyOf(runtime.config), apply)
  const fates = (report: Awaited<ReturnType<typeof run>>) =>
    report.pieces.map(({ piece: partition, fate, kept }) => [partition, fate, kept])
  const left = async (table: string) =>
    (
      await sql<{ id: string }>`SELECT recipient_id AS id FROM ${sql.table(`decorum.${table}`)} ORDER BY 1`.execute(
        ledger.db,
      )
    ).rows.map((row) => row.id)

  async function person(id: string, n: number, state: string) {
    await sql`INSERT INTO decorum.recipient (id, creditor, external_id, created_at, updated_at) VALUES (${id}, 'c', ${id}, ${OLD}, ${OLD})`.execute(
      ledger.db,
    )
    await sql`
      INSERT INTO decorum.account (id, creditor, external_id, recipient_id, product, role, ladder, state, currency, overdue_minor, as_of, created_at, updated_at)
      VALUES (${id}, 'c', ${id}, ${id}, 'consumer-loan', 'collector', 'l', ${state}, 'USD', 1, ${OLD}, ${OLD}, ${OLD})`.execute(
      ledger.db,
    )
    await send(id, n, OLD)
  }
  /** A reminder that was sent then, with everything that is kept of it. */
  async function send(recipient: string, n: number, when: string, status = 'accepted') {
    const id = idOf(when, n)
    const at = new Date(when)
    await recordAttempt(ledger.db, {
      reminderId: id,
      creditor: 'c',
      recipientId: recipient,
      addressId: id,
      channel: 'phone',
      route: 'r',
      at,
      reminder: { origin: 'ladder', status: 'delivered' },
      settled: {
        status: status as 'accepted',
        outcome: status === 'in_doubt' ? 'in-doubt' : 'conversation',
        delivery_final: true,
      },
    })
    await sql`
      INSERT INTO decorum.withheld_decision (reminder_id, no, at, last_at, verdict, reasons, packs, candidate_zones, facts, seq)
      VALUES (${id}, 2, ${when}, ${when}, 'defer', '[]', '[]', '{}', '{}', 1)`.execute(ledger.db)
    await sql`
      INSERT INTO decorum.receipt (reminder_id, attempt_no, dedupe, state, final, received_at, changed, seq)
      VALUES (${id}, 1, 'd', 'conversation', true, ${when}, true, 1)`.execute(ledger.db)
  }

  beforeEach(async () => {
    ;({ ledger } = await openFresh())
    await makeMonths(ledger.db, { machine: at(OLD), business: at(OLD) }, 1_000)
    open({ keepMonths: 36, legalHold: false })
    await person(PAID, 1, 'settled')
    await sql`
      INSERT INTO decorum.reported_contact (recipient_id, at, id, creditor, channel, direction, outcome, made_by, account_ids, recorded_at, seq)
      VALUES (${PAID}, '2026-10-01', ${PAID}, 'c', 'phone', 'inbound', 'no-answer', 'agency', '{}', now(), 1)`.execute(
      ledger.db,
    )
  })

  it('changes nothing until it is told to', async () => {
    const report = await run(false)
    expect(fates(report).map(([partition, fate]) => `${partition} ${fate}`)).toContain(
      'reported_contact_2022_03 may-go',
    )
    expect(await left('attempt')).toEqual([PAID])
    expect(retentionInWords(report)).toContain('Nothing was changed')
  })

  it('drops whole months that nobody demands any more, and nothing younger', async () => {
    const report = await run(true)
    // Empty months go as well; of reminders none is older than the pieces of this month.
    expect(new Set(report.pieces.map((partition) => partition.fate))).toEqual(new Set(['dropped']))
    expect(
      (await listPartitions(ledger.db)).filter(
        (partition) => partition.to !== null && partition.to <= at('2023-11-01T00:00:00Z'),
      ),
    ).toEqual([])
    for (const table of ['attempt', 'conversation']) expect(await left(table)).toEqual([])
    expect(await left('contact')).toEqual([PAID])
    const { rows } =
      await sql`SELECT actor, subject FROM decorum.access_log WHERE action = 'retention-dropped' AND subject LIKE 'reported_contact_2022_03 %'`.execute(
        ledger.db,
      )
    expect(rows).toEqual([
      { actor: LENDER.name, subject: 'reported_contact_2022_03 before 2023-11-01T00:00:00.000Z; kept 0' },
    ])
    expect((await run(true)).pieces).toEqual([])
  })

  it('keeps what tells of people in court, and of debts still collected where a rule counts from the last activity', async () => {
    await person(OWES, 2, 'open')
    await person(COURT, 3, 'settled')
    await sql`
      INSERT INTO decorum.hold (id, creditor, recipient_id, kind, starts_at, created_by, created_at, seq) VALUES (${COURT}, 'c', ${COURT}, 'legal-action', ${OLD}, 't', ${OLD}, 1)`.execute(
      ledger.db,
    )
    const report = await run(true)
    expect(fates(report).filter(([partition]) => String(partition).endsWith('2022_03'))).toEqual(
      ['receipt', 'reported_contact', 'reservation', 'settlement', 'withheld_decision'].map((table) => [
        `${table}_2022_03`,
        'dropped',
        table === 'reported_contact' ? 0 : 2,
      ]),
    )
    expect(await left('attempt')).toEqual([OWES, COURT])
    expect(await left('conversation')).toEqual([OWES, COURT])
    const { rows } = await sql<{ decisions: number; receipts: number }>`
      SELECT (SELECT count(*)::int FROM decorum.withheld_decision) AS decisions, (SELECT count(*)::int FROM decorum.receipt) AS receipts`.execute(
      ledger.db,
    )
    expect(rows).toEqual([{ decisions: 2, receipts: 2 }])
    expect((await run(true)).pieces).toEqual([])
  })

  it('remembers the conversations of people who owe, though no rule keeps the contact', async () => {
    await person(OWES, 2, 'open')
    const report = await retain(runtime, LENDER, [], true)
    expect(report.pieces.length).toBeGreaterThan(0)
    expect(await left('attempt')).toEqual([])
    expect(await left('conversation')).toEqual([OWES])
  })

  it('leaves a month alone while an attempt in it is in doubt', async () => {
    await send(PAID, 9, '2022-03-12T12:00:00Z', 'in_doubt')
    const report = await run(true)
    expect(
      report.pieces
        .filter((partition) => partition.fate === 'unfinished')
        .map(({ piece: partition, unfinished }) => [partition, unfinished]),
    ).toEqual(['receipt', 'reservation', 'settlement', 'withheld_decision'].map((table) => [`${table}_2022_03`, 1]))
    expect(await left('attempt')).toEqual([PAID, PAID])
  })

  it('clears old rows out of the default, one by one', async () => {
    await person(OWES, 2, 'open')
    for (const [who, n] of [
      [PAID, 7],
      [OWES, 8],
    ] as const)
      await send(who, n, '2019-01-05T12:00:00Z')
    const report = await run(true)
    expect(fates(report).filter(([partition]) => String(partition).endsWith('_default'))).toEqual(
      ['receipt', 'reservation', 'settlement', 'withheld_decision'].map((table) => [`${table}_default`, 'dropped', 1]),
    )
    expect(await left('attempt')).toEqual([OWES, OWES])
  })

  it('is a link of the chain of evidence, and what it has kept is linked again: whatever goes later is missed', async () => {
    const vault = openVault(parseKeyRing(masterKey('k1')))
    await registerWriter(ledger.db, ledger.writer, vault)
    const chained = { ...runtime, vault } as Runtime
    const seal = async () => {
      const sealer = new ChainSealer(chained)
      while (await sealer.pass());
    }
    const audit = () => auditChain(chained, { creditor: null, heads: null })
    await person(OWES, 2, 'open')
    await send(OWES, 8, '2019-01-05T12:00:00Z')
    await send(PAID, 7, '2019-01-05T12:00:00Z')
    await seal()
    const rows = await sql<{
      body: Record<string, unknown>
    }>`SELECT to_jsonb(k) AS body FROM decorum.reservation k WHERE recipient_id = ${PAID} LIMIT 1`.execute(ledger.db)
    expect(fates(await run(true)).some(([, fate]) => fate === 'dropped')).toBe(true)
    expect(await left('attempt')).toEqual([OWES, OWES])
    expect(await audit()).toMatchObject({ intact: true })
    await seal()
    expect(await audit()).toMatchObject({ intact: true, pending: 0 })
    const past = (statement: string) =>
      ledger.pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`)
    const found = async () =>
      (await audit()).chains.flatMap(({ findings }) => findings.map(({ relation, fate }) => `${relation} ${fate}`))
    await past(`DELETE FROM decorum.reservation WHERE reserved_at < '2020-01-01'`)
    expect(await found()).toEqual(['reservation removed'])
    // What was dropped cannot come back either.
    await past(
      `INSERT INTO decorum.reservation SELECT (jsonb_populate_record(NULL::decorum.reservation, '${JSON.stringify(rows.rows[0]?.body)}')).*`,
    )
    expect(await found()).toEqual(expect.arrayContaining(['reservation removed', 'reservation added']))
  })

  it('drops nothing under a legal hold', async () => {
    open({ keepMonths: 3, legalHold: true })
    const report = await run(true)
    expect(report).toMatchObject({ before: null, pieces: [] })
    expect(retentionInWords(report)).toContain('legal hold')
  })

  describe('webhook notices', () => {
    /** So many notices, settled this long before now; null: not settled yet. */
    const notices = async (type: string, count: number, outcome: 'taken' | 'given_up' | null, daysAgo: number) => {
      const when = new Date(runtime.clock.now() - daysAgo * DAY)
      await sql`
        INSERT INTO decorum.outbox (recipient_id, seq, part, endpoint, creditor, type, body, at, next_try_at, outcome, done_at)
        SELECT ${PAID}, n, 0, ${type}, 'c', ${type}, '{}', ${when}, ${when}, ${outcome}, ${outcome === null ? null : when} FROM generate_series(1, ${count}::int) n`.execute(
        ledger.db,
      )
    }
    const kept = async () =>
      Object.fromEntries(
        (
          await sql<{
            type: string
            count: number
          }>`SELECT type, count(*)::int AS count FROM decorum.outbox GROUP BY type`.execute(ledger.db)
        ).rows.map(({ type, count }) => [type, count]),
      )
    /** Taken, given up and still waiting ones, young and old. */
    const all = async () => {
      await notices('taken young', 2, 'taken', 29)
      await notices('taken old', 3, 'taken', 31)
      await notices('given up lately', 4, 'given_up', 89)
      await notices('given up long ago', 5, 'given_up', 91)
      await notices('waiting', 6, null, 200)
    }
    const YOUNG = { 'taken young': 2, 'given up lately': 4, waiting: 6 }

    it('that were taken go after their days, given-up ones after ninety, waiting ones never; without --apply they are only counted', async () => {
      await all()
      const told = await run(false)
      expect(told.notices).toEqual({ taken: 3, givenUp: 5 })
      expect(retentionInWords(told)).toContain(
        'Webhook notices are kept for 30 days after they were taken: 3 older ones may go, and 5 that were given up long ago.\nNothing was changed',
      )
      expect(await kept()).toMatchObject({ 'taken old': 3, 'given up long ago': 5 })
      const done = await run(true)
      expect(done.notices).toEqual({ taken: 3, givenUp: 5 })
      expect(retentionInWords(done)).toContain('3 older ones were removed')
      expect(await kept()).toEqual(YOUNG)
      expect(retentionInWords(await run(true))).toContain('none is older')
    })

    it('are removed by the sweep too, a thousand of each kind at a time', async () => {
      await all()
      await notices('many', 2_500, 'taken', 40)
      const more: boolean[] = []
      for (let pass = 0; pass < 4; pass++) more.push(await purgeNotices(runtime))
      expect(more).toEqual([true, true, false, false])
      expect(await kept()).toEqual(YOUNG)
    })

    it('are found by their age, whatever else the outbox holds', async () => {
      await notices('young', 5_000, 'taken', 1)
      await notices('old', 10, 'taken', 40)
      await sql`ANALYZE decorum.outbox`.execute(ledger.db)
      const { rows } = await sql<{ 'QUERY PLAN': string }>`EXPLAIN SELECT ctid FROM decorum.outbox
        WHERE outcome = 'taken' AND done_at < ${new Date(runtime.clock.now() - 30 * DAY)} ORDER BY done_at LIMIT 1000`.execute(
        ledger.db,
      )
      const plan = rows.map((row) => row['QUERY PLAN']).join(' ')
      expect(plan).toContain('outbox_settled')
      expect(plan).not.toContain('Seq Scan')
    })

    it('stay as long as a house with a longer memory wants, and all of them under a legal hold', async () => {
      await all()
      open({ keepMonths: 36, legalHold: false, keepNoticesDays: 365 })
      expect((await run(true)).notices).toEqual({ taken: 0, givenUp: 0 })
      open({ keepMonths: 36, legalHold: true })
      expect((await run(true)).notices).toBeNull()
      expect(await purgeNotices(runtime)).toBe(false)
      expect(await kept()).toMatchObject({ 'taken old': 3, 'given up long ago': 5 })
    })
  })
})
