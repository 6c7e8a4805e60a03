import { randomUUID } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { CompiledPack } from '../../src/decide/packs.ts'
import type { SystemFacts } from '../../src/model/facts.ts'
import { chooseAddress, composeFacts, decideForCall } from '../../src/pipeline/dispatch/facts.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'
import { daysPastDue } from '../../src/plan/book-time.ts'
import { claimDue } from '../../src/record/claim.ts'
import { type RecipientForDecision, readAccounts, readRecipients } from '../../src/record/dispatch/decision-inputs.ts'
import { type FencedReminder, passFence } from '../../src/record/dispatch/fence.ts'
import { makeMonths } from '../../src/record/partitions.ts'
import { lookUpByKey } from '../../src/record/pg/batch.ts'
import type { Database } from '../../src/record/schema.ts'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { type Figure, percentile, type Section, type Setting } from './bench.ts'
import { CREDITOR } from './borrowers.ts'
import { openInProcess } from './in-process.ts'

const SIZES = [10_000, 1_000_000, 10_000_000]
const SIZES_QUICK = [10_000, 100_000, 1_000_000]
/** People whose reminders are decided, each once at each size. */
const DECIDED = 1_000
const DECIDED_QUICK = 500
/** Contacts of everybody, spread over a year; about two of them within the memory of caps. */
const CONTACTS_EACH = 10
const DAYS = 360
const PER_STATEMENT = 250_000

/** Does deciding about one reminder take longer the more contacts the ledger holds? */
export async function capCheckBench(setting: Setting): Promise<Section> {
  const sizes = setting.quick ? SIZES_QUICK : SIZES
  const decided = setting.quick ? DECIDED_QUICK : DECIDED
  const configuration =
    `one reminder a transaction, under the locks: facts of the person and the accounts read, decided by all packs; ${decided} people, ${CONTACTS_EACH} contacts each like everybody, over ${DAYS} days` +
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
    const looked = await db.transaction().execute((trx) => look(runtime, packs, trx, ring, id))
    spent.push(looked.milliseconds)
    contacts += looked.contacts
  }
  await sql`UPDATE decorum.reminder SET status = 'scheduled', ring = NULL, queued_at = NULL WHERE ring = ${ring}::uuid`.execute(
    db,
  )
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
  trx: Transaction<Database>,
  ring: string,
  id: string,
): Promise<{ milliseconds: number; contacts: number }> {
  await lookUpByKey(trx)
  const [reminder] = await passFence(trx, ring, [id])
  if (reminder === undefined) throw new Error('a reminder was taken by somebody else')
  const began = performance.now()
  const now = runtime.clock.now()
  const recipient = (await readRecipients(trx, [reminder.recipientId], now)).get(
    reminder.recipientId,
  ) as RecipientForDecision
  const verdict = decideForCall(await factsOf(runtime, trx, reminder, recipient, now), packs, now).decision.verdict
  const milliseconds = performance.now() - began
  if (verdict === 'refuse') throw new Error('a reminder was refused, where it should be sent or wait')
  return { milliseconds, contacts: recipient.contacts.length }
}

async function factsOf(
  runtime: Runtime,
  trx: Transaction<Database>,
  reminder: FencedReminder,
  recipient: RecipientForDecision,
  now: number,
) {
  const creditor = runtime.config.creditors.get(reminder.creditor)
  const accounts = (await readAccounts(trx, [reminder.id])).get(reminder.id) ?? []
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
async function addContactsOfDecided(db: Kysely<Database>, now: number): Promise<void> {
  await sql`
    INSERT INTO decorum.contact (recipient_id, at, id, creditor, channel, direction, mode, outcome, made_by, address_hash, account_ids, recorded_at, seq)
    SELECT r.id, ${new Date(now)}::timestamptz - ${HOURS}, gen_random_uuid(), ${CREDITOR}, 'sms', 'outbound', 'automated', 'delivered', 'decorum',
      (SELECT hash FROM decorum.recipient_address a WHERE a.recipient_id = r.id LIMIT 1), ARRAY(SELECT a.id FROM decorum.account a WHERE a.recipient_id = r.id), now(), 1
    FROM (SELECT id, row_number() OVER () AS n FROM decorum.recipient) r CROSS JOIN generate_series(0, ${CONTACTS_EACH - 1}) c`.execute(
    db,
  )
}

/** Without indexes, which are made again afterwards: in one that is larger than memory each random key costs a page. */
async function fill(db: Kysely<Database>, count: number, now: number): Promise<void> {
  await sql`SET statement_timeout = 0`.execute(db)
  await sql`ALTER TABLE decorum.contact DROP CONSTRAINT contact_pkey`.execute(db)
  await sql`DROP INDEX decorum.contact_address`.execute(db)
  for (let left = count; left > 0; left -= PER_STATEMENT) await addContacts(db, Math.min(PER_STATEMENT, left), now)
  await sql`ALTER TABLE decorum.contact ADD CONSTRAINT contact_pkey PRIMARY KEY (recipient_id, at, id)`.execute(db)
  await sql`CREATE INDEX contact_address ON decorum.contact (creditor, address_hash, at) WHERE address_hash IS NOT NULL`.execute(
    db,
  )
  await sql`ANALYZE decorum.contact`.execute(db)
  await sql`CHECKPOINT`.execute(db)
  await sql`RESET statement_timeout`.execute(db)
}

/** Of people whose ids lie among those of the people who are decided about, so that neighbours in the index are not neighbours in the batch. */
async function addContacts(db: Kysely<Database>, count: number, now: number): Promise<void> {
  await sql`
    INSERT INTO decorum.contact (recipient_id, at, id, creditor, channel, direction, mode, outcome, made_by, address_hash, account_ids, recorded_at, seq)
    SELECT p.id, ${new Date(now)}::timestamptz - ${HOURS}, gen_random_uuid(), ${CREDITOR}, 'sms', 'outbound', 'automated',
      CASE WHEN n % 50 = 0 AND c = 0 THEN 'conversation' ELSE 'delivered' END, 'decorum', sha256(uuid_send(p.id)), ARRAY[p.id], now(), 1
    FROM (SELECT array_agg(left(id::text, 14)) AS starts FROM decorum.recipient) known
    CROSS JOIN LATERAL (
      SELECT (starts[1 + floor(random() * cardinality(starts))] || substr(gen_random_uuid()::text, 15))::uuid AS id, n
      FROM generate_series(1, ${Math.ceil(count / CONTACTS_EACH)}::bigint) n OFFSET 0
    ) p
    CROSS JOIN generate_series(0, ${CONTACTS_EACH - 1}) c`.execute(db)
}
