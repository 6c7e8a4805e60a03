import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { sql, type Kysely } from 'kysely'
import { pino } from 'pino'
import { build } from '../../src/app/build.ts'
import type { App } from '../../src/app/app.ts'
import { bullmqDoorbell } from '../../src/queue/bullmq-doorbell.ts'
import { newId } from '../../src/record/id.ts'
import type { Database } from '../../src/record/schema.ts'
import { percentile, type Figure, type Section, type Setting } from './bench.ts'
import { benchConfig } from './bench-config.ts'
import { CREDITOR, TEMPLATE } from './borrowers.ts'
import { DAYTIME, daytimeClock } from './daytime.ts'
import { openPlace } from './decorum-place.ts'

const WAITING = 1_000_000
const WAITING_QUICK = 100_000
/** Reminders a second that fall due, and that the route takes. */
const RATE = 1_000
const ROUTE = 'sms-main'

/** In milliseconds. */
const SETTLING = 3_000

/**
 * With a million reminders waiting, how late is one queued after it falls due, and how much of them does Redis see?
 *
 * Twice: with reminders that fall due one after the other at the route's rate, and with all of them due at once. A
 * listener takes tickets at the route's rate and does nothing else.
 */
export async function plannerBench(setting: Setting): Promise<Section> {
  const waiting = setting.quick ? WAITING_QUICK : WAITING
  const seconds = setting.seconds ?? (setting.quick ? 15 : 60)
  const configuration = `${waiting.toLocaleString('en')} reminders waiting on one route of ${RATE}/s; one planner; a listener that takes ${RATE}/s; ${seconds} s each${setting.quick ? ' (quick: a tenth of the reminders)' : ''}`
  if (setting.postgresUrl === null || setting.redisUrl === null)
    return { bench: 'planner', configuration, figures: [], leftOut: ['all of it: needs PostgreSQL and Redis'] }
  return {
    bench: 'planner',
    configuration,
    leftOut: [],
    figures: [
      ...(await figuresOf(setting, waiting, seconds, 'falling due in turn')),
      ...(await figuresOf(setting, waiting, seconds, 'all due at once')),
    ],
  }
}

async function figuresOf(
  setting: Setting,
  waiting: number,
  seconds: number,
  due: 'falling due in turn' | 'all due at once',
): Promise<Figure[]> {
  setting.progress(`planner, ${waiting.toLocaleString('en')} ${due}`)
  const place = await openPlace('redis+postgres', setting)
  const redis = new Redis(place.redisUrl as string)
  const origin = Date.now()
  const config = benchConfig({ ...place, stubUrl: 'http://127.0.0.1:9' })
  const app = await build(
    {
      ...config,
      routes: config.routes.map((route) => (route.id === ROUTE ? { ...route, rate: { perSecond: RATE } } : route)),
    },
    { clock: daytimeClock(origin), log: pino({ level: 'error' }, pino.destination(2)) },
  )
  const bell = bullmqDoorbell({ redisUrl: place.redisUrl as string })
  try {
    const spread = due === 'falling due in turn'
    const first = spread
      ? app.runtime.clock.now() + (await timeToFill(app.runtime.ledger.db, waiting))
      : DAYTIME - 3_600_000
    await fill(app.runtime.ledger.db, waiting, first, spread ? 1_000 / RATE : 0)
    if (spread) await pause(Math.max(0, first - app.runtime.clock.now() - SETTLING))
    const empty = await usedBytes(redis)
    const taken = new Taken(app, origin)
    const listener = await bell.listen(ROUTE, 8, (ticket) => taken.take(ticket))
    await app.start(['planner'])
    await pause(SETTLING)
    taken.begin()
    const sizes: number[] = []
    const depths: number[] = []
    const began = performance.now()
    while (performance.now() - began < seconds * 1_000) {
      await pause(250)
      sizes.push(((await usedBytes(redis)) - empty) / 2 ** 20)
      depths.push(await depth(app.runtime.ledger.db))
    }
    const figures = [
      ...(spread
        ? [
            figure(due, 'lag p50', 'ms', percentile(taken.lags, 0.5)),
            figure(
              due,
              'lag p99',
              'ms',
              percentile(taken.lags, 0.99),
              `of ${taken.lags.length.toLocaleString('en')}; largest ${Math.max(...taken.lags).toFixed(0)} ms`,
            ),
          ]
        : [
            figure(
              due,
              'taken',
              'reminders/s',
              (taken.lags.length / (performance.now() - began)) * 1_000,
              `the queue held ${Math.min(...depths).toLocaleString('en')} at least`,
            ),
          ]),
      figure(
        due,
        'Redis above empty, largest',
        'MiB',
        Math.max(...sizes),
        `smallest ${Math.min(...sizes).toFixed(2)} MiB; queue at most ${Math.max(...depths).toLocaleString('en')} reminders`,
      ),
    ]
    await listener.stop()
    await taken.assertOnce()
    return figures
  } finally {
    await bell.close()
    await app.stop()
    redis.disconnect()
    await place.clear()
  }
}

const figure = (due: string, what: string, unit: string, value: number, note?: string): Figure => ({
  name: `${due}: ${what}`,
  unit,
  values: [value],
  ...(note === undefined ? {} : { note }),
})

/** Takes tickets at the route's rate and marks their reminders as gone. */
class Taken {
  /** From falling due to being queued, in milliseconds. */
  lags: number[] = []
  /** Reminders that were handed over, all in all. */
  readonly #ids = new Set<string>()
  #twice = 0
  readonly #app: App
  readonly #origin: number
  #nextFree = performance.now()

  constructor(app: App, origin: number) {
    this.#app = app
    this.#origin = origin
  }

  /** Forgets what came while everything warmed up. */
  begin(): void {
    this.lags = []
  }

  async take({ ring, reminderIds }: { ring: string; reminderIds: string[] }): Promise<void> {
    this.#nextFree = Math.max(this.#nextFree, performance.now()) + (reminderIds.length / RATE) * 1_000
    await pause(Math.max(0, this.#nextFree - performance.now()))
    const { rows } = await sql<{ id: string; queued_at: Date; next_at: Date }>`
      WITH ticket AS (DELETE FROM decorum.ticket WHERE ring = ${ring}::uuid RETURNING queued_at
      ), taken AS (
        DELETE FROM decorum.waiting w USING ticket WHERE w.reminder_id = ANY(${reminderIds}::uuid[]) RETURNING w.reminder_id AS id, queued_at, next_at
      ), sent AS (
        UPDATE decorum.reminder m SET status = 'sent' FROM taken WHERE m.id = taken.id
      )
      SELECT * FROM taken`.execute(this.#app.runtime.ledger.db)
    // The ledger's machine time, and business time as this run's clock moved it.
    for (const row of rows) {
      if (this.#ids.has(row.id)) this.#twice += 1
      this.#ids.add(row.id)
      this.lags.push(row.queued_at.getTime() - (row.next_at.getTime() - DAYTIME + this.#origin))
    }
  }

  /** @throws Error when a reminder was handed over twice, or the ledger holds another number of them as sent */
  async assertOnce(): Promise<void> {
    const { rows } = await sql<{
      sent: number
    }>`SELECT count(*)::int AS sent FROM decorum.reminder WHERE status = 'sent'`.execute(this.#app.runtime.ledger.db)
    if (this.#twice > 0 || rows[0]?.sent !== this.#ids.size)
      throw new Error(
        `planner: ${this.#ids.size} reminders were handed over, ${this.#twice} of them again, and the ledger holds ${rows[0]?.sent} as sent`,
      )
  }
}

const PER_STATEMENT = 50_000

/** How long filling will take, in milliseconds, with room to spare: what falls due in turn must not be due before. */
async function timeToFill(db: Kysely<Database>, count: number): Promise<number> {
  const began = performance.now()
  await db.transaction().execute(async (trx) => {
    await addReminders(trx, 0, 5_000, DAYTIME, 0)
    await sql`DELETE FROM decorum.waiting`.execute(trx)
    await sql`DELETE FROM decorum.reminder`.execute(trx)
  })
  return (performance.now() - began) * (count / 5_000) * 1.5 + SETTLING
}

async function fill(db: Kysely<Database>, count: number, first: number, apartMs: number): Promise<void> {
  for (let from = 0; from < count; from += PER_STATEMENT)
    await addReminders(db, from, Math.min(PER_STATEMENT, count - from), first, apartMs)
  await sql`ANALYZE decorum.reminder, decorum.waiting`.execute(db)
}

/** Reminders `from` to `from + count`, of one person: planning claims them by route and time alone. */
async function addReminders(
  db: Kysely<Database>,
  from: number,
  count: number,
  first: number,
  apartMs: number,
): Promise<void> {
  const recipient = '01900000-0000-7000-8000-000000000001'
  await sql`
    INSERT INTO decorum.recipient (id, creditor, external_id, created_at, updated_at) VALUES (${recipient}, ${CREDITOR}, 'r', now(), now()) ON CONFLICT DO NOTHING`.execute(
    db,
  )
  await sql`
    WITH added AS (
      INSERT INTO decorum.reminder (id, creditor, recipient_id, live, origin, kind, mode, tone, channel, template, unique_key, route, status,
        due_at, expires_at, created_at, updated_at)
      SELECT (${newId().slice(0, 19)}::text || '8000-' || lpad(to_hex(n), 12, '0'))::uuid, ${CREDITOR}, ${recipient}, true, 'ladder', 'reminder', 'automated', 'gentle', 'sms', ${TEMPLATE},
        int8send(n), ${ROUTE}, 'scheduled', due.at, due.at + interval '5 days', now(), now()
      FROM generate_series(${from}::bigint, ${from + count - 1}::bigint) n
      CROSS JOIN LATERAL (SELECT to_timestamp((${first}::float8 + n * ${apartMs}::float8) / 1000) AS at) due
      RETURNING id, route, due_at
    )
    INSERT INTO decorum.waiting (reminder_id, route, next_at) SELECT id, route, due_at FROM added`.execute(db)
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
}

async function depth(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{
    queued: number
  }>`SELECT coalesce(sum(cardinality(reminder_ids)), 0)::int AS queued FROM decorum.ticket`.execute(db)
  return rows[0]?.queued ?? 0
}
