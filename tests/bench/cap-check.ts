import { randomUUID } from 'node:crypto'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { CompiledPack } from '../../src/decide/packs.ts'
import type { SystemFacts } from '../../src/model/facts.ts'
import { chooseAddress, composeFacts, decideForCall } from '../../src/pipeline/dispatch/facts.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'
import { daysPastDue } from '../../src/plan/book-time.ts'
import { claimDue } from '../../src/record/claim.ts'
import {
  type AccountForDecision,
  readAccounts,
  readRecipients,
  type RecipientForDecision,
} from '../../src/record/dispatch/decision-inputs.ts'
import { type FencedReminder, readWaiting, takeTicket } from '../../src/record/dispatch/fence.ts'
import { lockForReminders } from '../../src/record/locks.ts'
import { packJson } from '../../src/record/packed/packed-json.ts'
import { makeMonths } from '../../src/record/partitions.ts'
import { inPipelinedTransaction, type PipelinedTransaction } from '../../src/record/pg/pipeline.ts'
import type { Database } from '../../src/record/schema.ts'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { type Figure, percentile, type Section, type Setting } from './bench.ts'
import { CREDITOR, TEMPLATE } from './borrowers.ts'
import { openInProcess } from './in-process.ts'

const SIZES = [10_000, 1_000_000, 10_000_000]
const SIZES_QUICK = [10_000, 100_000, 1_000_000]
/** People whose reminders are decided, each once at each size. */
const DECIDED = 1_000
const DECIDED_QUICK = 500
/** Contacts of everybody, spread over a year; about two of them within the memory of caps. */
const CONTACTS_EACH = 10
/** Every so many of them was made elsewhere and reported; the others are attempts of our own. */
const REPORTED = 5
const DAYS = 360
const PER_STATEMENT = 250_000

/** Does deciding about one reminder take longer the more contacts the ledger holds? */
export async function capCheckBench(setting: Setting): Promise<Section> {
  const sizes = setting.quick ? SIZES_QUICK : SIZES
  const decided = setting.quick ? DECIDED_QUICK : DECIDED
  const configuration =
    `one reminder a transaction, under the locks: facts of the person and the accounts read, decided by all packs; ${decided} people, ${CONTACTS_EACH} contacts each like everybody, ${CONTACTS_EACH - CONTACTS_EACH / REPORTED} attempts and ${CONTACTS_EACH / REPORTED} reported, over ${DAYS} days` +
    `${setting.quick ? ' (quick: a tenth of the contacts)' : ''}`
  if (setting.postgresUrl === null)
    return { bench: 'cap-check', configuration, figures: [], leftOut: ['all of it: needs PostgreSQL'] }
  const {
    app: { runtime },
    take,
    close,
  } = await openInProcess('postgres', setting)
  try {
    const { db } = runtime.ledger
    const now = runtime.clock.now()
    // As in a ledger that was there all that time.
    for (let day = 0; day <= DAYS + 31; day += 90)
      await makeMonths(db, { machine: now - day * 86_400_000, business: now - day * 86_400_000 }, 5_000)
    await take(0, decided)
    while ((await planDue(runtime)).recipients > 0);
    await addContactsOfDecided(db, now)
    const figures: Figure[] = []
    let filled = decided * CONTACTS_EACH
    for (const size of sizes) {
      setting.progress(`cap-check, ${size.toLocaleString('en')} contacts`)
      await db.connection().execute((connection) => fill(connection, size - filled, now))
      filled = size
      figures.push(...(await figuresAt(runtime, size, decided)))
    }
    return { bench: 'cap-check', configuration, figures, leftOut: [] }
  } finally {
    await close()
  }
}

async function figuresAt(runtime: Runtime, size: number, decided: number): Promise<Figure[]> {
  const packs = policyOf(runtime.config)
  const ring = randomUUID()
  const { db } = runtime.ledger
  const claimed = await claimDue(db, {
    route: 'sms-main',
    now: new Date(runtime.clock.now()),
    limit: decided,
    ringSize: decided,
    rings: [ring],
    after: null,
  })
  if (claimed.length !== decided) throw new Error(`of ${decided} reminders ${claimed.length} were queued`)
  const spent: number[] = []
  let contacts = 0
  for (const { id } of claimed) {
    const looked = await inPipelinedTransaction(runtime.ledger, (transaction) =>
      look(runtime, packs, transaction, ring, id),
    )
    spent.push(looked.milliseconds)
    contacts += looked.contacts
  }
  await sql`DELETE FROM decorum.ticket WHERE ring = ${ring}::uuid`.execute(db)
  // The first ones open pages and compile code.
  const warm = spent.slice(Math.ceil(decided / 10))
  const name = `${size.toLocaleString('en')} contacts`
  return [
    { name: `${name}, p50`, unit: 'ms', values: [percentile(warm, 0.5)] },
    {
      name: `${name}, p99`,
      unit: 'ms',
      values: [percentile(warm, 0.99)],
      note: `of ${warm.length}; ${(contacts / decided).toFixed(1)} contacts read each`,
    },
  ]
}

async function look(
  runtime: Runtime,
  packs: readonly CompiledPack[],
  transaction: PipelinedTransaction,
  ring: string,
  id: string,
): Promise<{ milliseconds: number; contacts: number }> {
  const [ticket, , [reminder]] = await Promise.all([
    takeTicket(transaction, ring),
    lockForReminders(transaction, [id]),
    readWaiting(transaction, [id]),
  ])
  if (ticket === null || reminder === undefined) throw new Error('a reminder was taken by somebody else')
  const began = performance.now()
  const now = runtime.clock.now()
  const [recipients, accounts] = await Promise.all([
    readRecipients(transaction, [reminder.recipientId], now),
    readAccounts(transaction, [id]),
  ])
  const recipient = recipients.get(reminder.recipientId) as RecipientForDecision
  const facts = factsOf(runtime, reminder, recipient, accounts.get(id) ?? [], now)
  const verdict = decideForCall(facts, packs, now).decision.verdict
  const milliseconds = performance.now() - began
  if (verdict === 'refuse') throw new Error('a reminder was refused, where it should be sent or wait')
  return { milliseconds, contacts: recipient.contacts.length }
}

function factsOf(
  runtime: Runtime,
  reminder: FencedReminder,
  recipient: RecipientForDecision,
  accounts: readonly AccountForDecision[],
  now: number,
) {
  const creditor = runtime.config.creditors.get(reminder.creditor)
  return composeFacts({
    reminder,
    recipient,
    accounts,
    address: chooseAddress(recipient, reminder),
    daysPastDue: accounts.map((a) => daysPastDue(a, creditor?.bookZone ?? 'UTC', now)),
    freshForMs: creditor?.freshFor ?? null,
    pending: [],
    system: OPEN,
  })
}

/** Nothing but people and accounts stands in the way. */
const OPEN: SystemFacts = {
  testMode: false,
  switchedOff: null,
  clockUncertain: false,
  routeProblem: null,
  notRegistered: false,
  phoneInFlight: false,
}

const HOURS = sql`(interval '1 hour' * (24 * (1 + (c * ${DAYS / CONTACTS_EACH} + n % 30) % ${DAYS}) + n % 9))`

/** The people who are decided about have contacts as everybody has; none in the last day, so that most may be sent. */
const addContactsOfDecided = (db: Kysely<Database>, now: number): Promise<void> =>
  addContacts(
    db,
    now,
    sql`
      SELECT r.id, (SELECT hash FROM decorum.recipient_address a WHERE a.recipient_id = r.id LIMIT 1) AS hash,
        ARRAY(SELECT a.id FROM decorum.account a WHERE a.recipient_id = r.id) AS accounts, row_number() OVER () AS n
      FROM decorum.recipient r`,
  )

/** Of people whose ids lie among those of the people who are decided about, so that neighbours in the index are not neighbours in the batch. */
const addContactsOfOthers = (db: Kysely<Database>, now: number, count: number): Promise<void> =>
  addContacts(
    db,
    now,
    sql`
      SELECT id, sha256(uuid_send(id)) AS hash, ARRAY[id] AS accounts, n
      FROM (SELECT array_agg(left(id::text, 14)) AS starts FROM decorum.recipient) known
      CROSS JOIN LATERAL (
        SELECT (starts[1 + floor(random() * cardinality(starts))] || substr(gen_random_uuid()::text, 15))::uuid AS id, n
        FROM generate_series(1, ${Math.ceil(count / CONTACTS_EACH)}::bigint) n OFFSET 0
      ) added`,
  )

/** What an attempt was decided from; nothing here reads it. */
const DECIDED_FROM = packJson({ packs: [], facts: {} })
const NOBODY = '01900000-0000-7000-8000-000000000000'

/** @param people  with their address, their accounts and a number: `id`, `hash`, `accounts`, `n` */
async function addContacts(db: Kysely<Database>, now: number, people: RawBuilder<unknown>): Promise<void> {
  await sql`
    WITH made AS MATERIALIZED (
      SELECT p.*, c, ${new Date(now)}::timestamptz - ${HOURS} AS at, gen_random_uuid() AS made_by_reminder
      FROM (${people}) p CROSS JOIN generate_series(0, ${CONTACTS_EACH - 1}) c
    ), reported AS (
      INSERT INTO decorum.reported_contact (recipient_id, at, id, creditor, channel, direction, mode, outcome, made_by, address_hash, account_ids, recorded_at)
      SELECT id, at, gen_random_uuid(), ${CREDITOR}, 'sms', 'outbound', 'automated', CASE WHEN n % 50 = 0 AND c < ${REPORTED} THEN 'conversation' ELSE 'delivered' END,
        'agency', hash, accounts, now()
      FROM made WHERE c % ${REPORTED} = 0
    ), reserved AS (
      INSERT INTO decorum.reservation (reminder_id, no, reserved_at, creditor, recipient_id, channel, mode, route, provider, address_id, address_hash, account_ids,
        good_until, lease_until, weight, template, template_version, locale, message_hash, valid_seconds, decision_no, candidate_zones, decided)
      SELECT made_by_reminder, 1, at, ${CREDITOR}, id, 'sms', 'automated', 'sms-main', 'capture', ${NOBODY}::uuid, hash, accounts,
        at, at, 1, ${TEMPLATE}, 'v', 'zh-CN', hash, 600, 1, '{}', ${DECIDED_FROM}
      FROM made WHERE c % ${REPORTED} > 0
    )
    INSERT INTO decorum.settlement (reminder_id, no, reserved_at, status, outcome, settled_at, delivery, delivery_final, delivery_at)
    SELECT made_by_reminder, 1, at, 'accepted', 'delivered', at, 'delivered', true, at FROM made WHERE c % ${REPORTED} > 0`.execute(
    db,
  )
}

/** The indexes of contacts and attempts that a fill does without, and how each is made again. */
const INDEXES = {
  reservation: [
    ['CONSTRAINT reservation_pkey', 'CONSTRAINT reservation_pkey PRIMARY KEY (reminder_id, no, reserved_at)'],
    ['reservation_recipient', 'reservation_recipient ON decorum.reservation (recipient_id, reserved_at)'],
  ],
  settlement: [['CONSTRAINT settlement_pkey', 'CONSTRAINT settlement_pkey PRIMARY KEY (reminder_id, no, reserved_at)']],
  reported_contact: [
    ['CONSTRAINT reported_contact_pkey', 'CONSTRAINT reported_contact_pkey PRIMARY KEY (recipient_id, at, id)'],
    [
      'reported_contact_address',
      'reported_contact_address ON decorum.reported_contact (creditor, address_hash, at) WHERE address_hash IS NOT NULL',
    ],
  ],
} as const

/** Without indexes, which are made again afterwards: in one that is larger than memory each random key costs a page. */
async function fill(db: Kysely<Database>, count: number, now: number): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)
  await run('SET statement_timeout = 0')
  for (const [table, indexes] of Object.entries(INDEXES))
    for (const [name] of indexes)
      await run(
        name.startsWith('CONSTRAINT') ? `ALTER TABLE decorum.${table} DROP ${name}` : `DROP INDEX decorum.${name}`,
      )
  for (let left = count; left > 0; left -= PER_STATEMENT)
    await addContactsOfOthers(db, now, Math.min(PER_STATEMENT, left))
  for (const [table, indexes] of Object.entries(INDEXES)) {
    for (const [, made] of indexes)
      await run(made.startsWith('CONSTRAINT') ? `ALTER TABLE decorum.${table} ADD ${made}` : `CREATE INDEX ${made}`)
    await run(`ANALYZE decorum.${table}`)
  }
  await run('CHECKPOINT')
  await run('RESET statement_timeout')
}
