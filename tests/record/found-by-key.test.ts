import { Kysely, PostgresDialect, sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Decision } from '../../src/model/decision.ts'
import type { Facts } from '../../src/model/facts.ts'
import { claimDue, lostTickets, queueDepth, routesDue } from '../../src/record/claim.ts'
import { earlierMessages, readAccounts, readRecipients } from '../../src/record/dispatch/decision-inputs.ts'
import { leaveInTicket, readWaiting, takeTicket } from '../../src/record/dispatch/fence.ts'
import {
  callsOnLine,
  type DecisionEntry,
  type ReminderStep,
  unsettledOf,
  writeReservations,
  writeWithheld,
} from '../../src/record/dispatch/reservation.ts'
import { markSpellsOf, writeSettlements } from '../../src/record/dispatch/settlement.ts'
import { newId } from '../../src/record/id.ts'
import { heldByAdding, lockForAttempts, lockForReminders } from '../../src/record/locks.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { readInBulk } from '../../src/record/pg/batch.ts'
import { inPipelinedTransaction, type PipelinedTransaction } from '../../src/record/pg/pipeline.ts'
import { clearPlanAt } from '../../src/record/planning.ts'
import { keepReceipts, keptReceipts, receiptSubjects, writeDeliveries } from '../../src/record/receipts.ts'
import type { Database, Db } from '../../src/record/schema.ts'
import { eachLedger, type FreshLedger, openServerFresh } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'

type Work = (transaction: PipelinedTransaction) => Promise<unknown>

/** A table, or an index from end to end. Tickets are a few seconds of the routes' rates. */
const WHOLE = /Seq Scan(?! on ticket)|Index (?:Only )?Scan (?:using|on) [^\n]*\n(?!\s+Index Cond)/

/** What a batch costs must not grow with what waits beside it: its rows are found by their keys and not among all that are queued or due. */
whenThere('PostgreSQL', 'a batch is found by its keys', () => {
  describe('in a ledger without statistics, whatever waits beside it', () => {
    let fresh: FreshLedger
    const now = Date.now()
    beforeAll(async () => {
      fresh = await openServerFresh()
    })
    afterAll(() => fresh.dispose())

    const VALUES: Readonly<Record<string, string>> = {
      // An id says which month's piece is meant; without one all of them are left out.
      uuid: `'${newId()}'`,
      'uuid[]': `ARRAY['${newId()}']::uuid[]`,
      text: `'sms-main'`,
      'text[]': `ARRAY['sms-main']`,
      integer: '50',
      bigint: '50',
      'timestamp with time zone': 'now()',
    }
    /** The plan that this connection keeps for the statement of this name, of whichever month. */
    const keptPlan = async (connection: Kysely<Database>, name: string): Promise<string> => {
      const { rows } = await sql<{ name: string; types: string[] }>`
        SELECT name, parameter_types::text[] AS types FROM pg_prepared_statements WHERE name SIMILAR TO ${`${name}(-[0-9]{4}-[0-9]{2})?\\_%`}`.execute(
        connection,
      )
      const { name: prepared, types } = rows[0] ?? { name: 'none', types: [] }
      const values = types.map((type) => VALUES[type] ?? 'NULL')
      const given = values.length === 0 ? '' : `(${values.join(', ')})`
      const plan = await sql<{ 'QUERY PLAN': string }>`EXPLAIN EXECUTE ${sql.id(prepared)}${sql.raw(given)}`.execute(
        connection,
      )
      return plan.rows.map((row) => row['QUERY PLAN']).join('\n')
    }
    const planOf = (name: string, work: Work): Promise<string> =>
      inPipelinedTransaction(fresh.ledger, async (transaction) => {
        const { trx } = transaction
        // Nothing there to write is an error of some; the statement is prepared all the same.
        await sql`SAVEPOINT before`.execute(trx)
        await work(transaction).catch(() => undefined)
        await sql`ROLLBACK TO before`.execute(trx)
        return keptPlan(trx, name)
      })

    const id = newId()
    const nobody = newId()
    const locked = ({ trx }: PipelinedTransaction) => heldByAdding(trx, [nobody])
    const decision: Decision = {
      verdict: 'send',
      until: null,
      reasons: [],
      packs: [],
      candidateZones: [],
      zoneData: '',
    }
    const withheld = (repeated: boolean): DecisionEntry => ({
      reminderId: id,
      recipientId: nobody,
      no: 1,
      repeated,
      at: now,
      decision: { ...decision, verdict: 'defer' },
      facts: {} as Facts,
    })
    const step = (status: ReminderStep['status']): ReminderStep => ({
      reminderId: id,
      status,
      nextAt: now,
      decisions: 1,
      decidedAs: null,
      endReason: null,
    })
    const withhold = (work: { decisions?: DecisionEntry[]; steps?: ReminderStep[] }): Work => {
      const written = { decisions: work.decisions ?? [], steps: work.steps ?? [step('scheduled')] }
      return (transaction) => writeWithheld(transaction, locked(transaction), written, now)
    }
    const reservation: Work = (transaction) =>
      writeReservations(
        transaction,
        locked(transaction),
        { id: newId(), channel: 'sms', route: 'sms-main', worker: 'w', reservedAt: now, leaseMs: 1_000 },
        [
          {
            reminderId: id,
            no: 1,
            creditor: 'c',
            recipientId: nobody,
            mode: 'automated',
            provider: 'capture',
            addressId: newId(),
            addressHash: '00',
            accountIds: [],
            goodUntil: now,
            weight: 1,
            template: 't',
            templateVersion: 'v',
            locale: 'en',
            messageHash: '00',
            wordFacts: Buffer.alloc(1),
            validSeconds: 60,
            decisionNo: 1,
            decision,
            facts: {} as Facts,
          },
        ],
      )
    const settling: Work = (transaction) =>
      writeSettlements(
        locked(transaction),
        [
          {
            reminderId: id,
            attemptNo: 1,
            reservedAt: now,
            status: 'accepted',
            providerRef: null,
            rejection: null,
            code: null,
            detail: null,
            contact: 'sent',
            reminder: { status: 'sent', nextAt: null, spendsAttempt: false, endReason: null },
          },
        ],
        now,
      )
    const attempt = { reminderId: id, attemptNo: 1 }
    const word = { state: 'delivered', final: true, code: null, class: null } as const
    const receipt = {
      ...attempt,
      recipientId: nobody,
      dedupe: 'd',
      word,
      saidAt: null,
      receivedAt: now,
      changed: true,
    }
    const delivery: Work = (transaction) =>
      writeDeliveries(transaction, locked(transaction), [
        {
          ...attempt,
          recipientId: nobody,
          reservedAt: new Date(now),
          word,
          at: now,
          attemptStatus: 'accepted',
          providerRef: null,
          rejection: null,
          resolvedBy: null,
          reminderStatus: 'delivered',
          endReason: null,
          movesReminder: true,
          contact: 'delivered',
        },
      ])

    it.each<[statement: string, by: RegExp, work: Work]>([
      // Reserving.
      ['take-ticket', /ticket_pkey/, (t) => takeTicket(t, id)],
      ['lock-recipients-of', /reminder_pkey[^]*recipient_pkey/, (t) => lockForReminders(t, [id])],
      [
        'lock-addresses-of',
        /reminder_pkey[^]*recipient_address_recipient_id[^]*address_(pkey|hash)/,
        (t) => lockForReminders(t, [id]),
      ],
      ['read-waiting', /waiting_pkey[^]*reminder_pkey/, (t) => readWaiting(t, [id])],
      ['read-recipients', /recipient_pkey/, (t) => readRecipients(t, [id], now)],
      ['read-addresses', /recipient_address_recipient_id/, (t) => readRecipients(t, [id], now)],
      ['read-consents', /consent_recipient/, (t) => readRecipients(t, [id], now)],
      ['read-contacts', /reservation_\w+_recipient_id_reserved_at_idx/, (t) => readRecipients(t, [id], now)],
      ['read-contacts-of-others', /recipient_address_hash/, (t) => readRecipients(t, [id], now)],
      ['read-events', /event_recipient/, (t) => readRecipients(t, [id], now)],
      ['read-holds', /hold_recipient/, (t) => readRecipients(t, [id], now)],
      ['read-suppressions', /suppression_recipient/, (t) => readRecipients(t, [id], now)],
      ['read-accounts', /reminder_account_pkey[^]*account_pkey/, (t) => readAccounts(t, [id])],
      [
        'earlier-messages',
        /reservation_\w+_recipient_id_reserved_at_idx/,
        (t) => earlierMessages(t, [id], new Date(now)),
      ],
      ['calls-on-line', /dispatch_batch_route/, (t) => callsOnLine(t, 'phone-main')],
      ['write-reservation', /waiting_pkey/, reservation],
      ['leave-in-ticket', /ticket_pkey/, (t) => leaveInTicket(t, id, [id])],
      ['remove-ticket', /ticket_pkey/, (t) => leaveInTicket(t, id, [])],
      ['write-withheld', /Function Scan on x/, withhold({ decisions: [withheld(false)] })],
      ['repeat-withheld', /withheld_decision_\w+_pkey/, withhold({ decisions: [withheld(true)] })],
      ['keep-waiting', /waiting_pkey/, withhold({})],
      ['end-waiting', /waiting_pkey[^]*reminder_pkey/, withhold({ steps: [step('refused')] })],
      ['unsettled-of-batches', /dispatch_batch_pkey/, ({ trx }) => unsettledOf(trx, [id])],
      // Settling.
      ['write-settlements', /reminder_pkey[^]*reservation_\w+_pkey[^]*spell_pkey/, settling],
      // Receipts.
      ['lock-recipients-of-attempts', /recipient_pkey/, (t) => lockForAttempts(t, t.trx, [id], new Date(now))],
      ['lock-addresses-of-attempts', /reservation_\w+_pkey/, (t) => lockForAttempts(t, t.trx, [id], new Date(now))],
      ['receipt-subjects', /reminder_pkey[^]*reservation_\w+_pkey/, (t) => receiptSubjects(t, [attempt], now)],
      [
        'receipt-subjects-of-any-time',
        /reminder_pkey[^]*reservation_\w+_pkey/,
        (t) => receiptSubjects(t, [attempt], now),
      ],
      ['kept-receipts', /receipt_\w+_pkey/, (t) => keptReceipts(t, [receipt])],
      ['keep-receipts', /Function Scan on x/, (t) => keepReceipts(t, locked(t), [receipt])],
      ['write-deliveries', /reminder_pkey/, delivery],
      ['mark-spells', /spell_pkey/, (t) => markSpellsOf(t, locked(t), [{ reminderId: id, reservedAt: new Date(now) }])],
      // Planning.
      ['stop-looking', /account_recipient/, (t) => clearPlanAt(locked(t), [nobody], [newId()], new Date(now))],
    ])('%s', async (name, by, work) => {
      const plan = await planOf(name, work)
      expect(plan).toMatch(by)
      expect(plan).not.toMatch(/waiting_due|account_plan/)
      expect(plan).not.toMatch(WHOLE)
    })

    /** The plans of what this work sends, each with the values it was sent with: nothing of a pass is prepared. */
    const plansOf = async (work: (db: Kysely<Database>) => Promise<unknown>): Promise<string> => {
      const client = await fresh.ledger.pool.connect()
      try {
        const sent: { text: string; values: unknown[] }[] = []
        const query = client.query.bind(client) as (text: string, values?: unknown[]) => Promise<pg.QueryResult>
        const heard = async (text: string, values: unknown[] = []) => {
          if (/^\s*(SELECT|WITH|UPDATE)/.test(text)) sent.push({ text, values })
          return query(text, values)
        }
        const own = { query: heard, release: () => undefined }
        const pool = { connect: async () => own, end: async () => undefined }
        await work(new Kysely<Database>({ dialect: new PostgresDialect({ pool: pool as never }) }))
        const plans: string[] = []
        for (const { text, values } of sent)
          plans.push(...(await query(`EXPLAIN ${text}`, values)).rows.map((row) => row['QUERY PLAN'] as string))
        return plans.join('\n')
      } finally {
        client.release()
      }
    }

    it.each<[pass: string, by: RegExp, work: (db: Kysely<Database>) => Promise<unknown>]>([
      [
        'a claim',
        /waiting_due[^]*ticket_route/,
        (db) =>
          claimDue(db, {
            route: 'sms-main',
            now: new Date(now),
            limit: 50,
            ringSize: 50,
            rings: [newId()],
            after: null,
          }),
      ],
      [
        'a look for routes that have something to claim',
        /waiting_due/,
        (db) => routesDue(db, ['sms-main'], new Date(now)),
      ],
      ['a look at how much is queued', /ticket_route/, (db) => queueDepth(db, 'sms-main')],
      [
        'a look for tickets that were lost',
        /ticket_route/,
        (db) => lostTickets(db, { route: 'sms-main', olderThanMs: 1_000, limit: 10 }),
      ],
    ])('%s finds its rows among many that wait', async (_pass, by, work) => {
      const { db } = fresh.ledger
      await sql`INSERT INTO decorum.waiting (reminder_id, route, next_at)
        SELECT gen_random_uuid(), CASE n % 4 WHEN 0 THEN 'email-main' ELSE 'sms-main' END, now() + (n - 2000) * interval '1 second'
        FROM generate_series(1, 4000) n`.execute(db)
      const plan = await plansOf(work)
      expect(plan).toMatch(by)
      expect(plan).not.toMatch(WHOLE)
    })

    it('no question is compiled, however dear PostgreSQL thinks it', async () => {
      const { rows } = await sql<{ jit: string }>`SHOW jit`.execute(fresh.ledger.db)
      expect(rows).toEqual([{ jit: 'off' }])
    })
  })
})

eachLedger('a session', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
  })
  const settings = async (db: Db): Promise<Record<string, string>> => {
    const { rows } = await sql<{ name: string; setting: string }>`
      SELECT name, setting FROM pg_settings WHERE name IN ('jit', 'enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'max_parallel_workers_per_gather')`.execute(
      db,
    )
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  }
  const byKey = {
    jit: 'off',
    enable_seqscan: 'off',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
    max_parallel_workers_per_gather: '0',
  }

  it('looks rows up, compiles no question and starts no helpers for one, however dear PostgreSQL thinks it', async () => {
    expect(await settings(ledger.db)).toEqual(byKey)
  })

  it('reads in bulk where that is said, and only there', async () => {
    const bulk = {
      jit: 'off',
      enable_seqscan: 'on',
      enable_hashjoin: 'on',
      enable_mergejoin: 'on',
      max_parallel_workers_per_gather: '2',
    }
    expect(await readInBulk(ledger.db, settings)).toEqual(bulk)
    const within = await ledger.db.transaction().execute((trx) => readInBulk(trx, settings))
    expect(within).toEqual(bulk)
    expect(await settings(ledger.db)).toEqual(byKey)
  })
})
