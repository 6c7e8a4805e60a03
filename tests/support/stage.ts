import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import type { App } from '../../src/app/app.ts'
import { build, type Overrides } from '../../src/app/build.ts'
import { SteppedClock } from '../../src/app/clock.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { unlimitedRateGate } from '../../src/demo/stepping.ts'
import { accountBody } from '../../src/intake/account-body.ts'
import { parse } from '../../src/intake/parse.ts'
import { parseInstant, type Instant } from '../../src/model/time.ts'
import { acceptAccount } from '../../src/pipeline/accept/accept-accounts.ts'
import type { Actor } from '../../src/pipeline/runtime.ts'
import { withDecided } from '../../src/record/dispatch/reservation.ts'
import { currentStatus } from '../../src/record/reminders.ts'
import type { FreshLedger } from './ledger.ts'
import { masterKeyBytes } from './master-key.ts'

export const at = (text: string): Instant => {
  const instant = parseInstant(text)
  if (instant === null) throw new RangeError(`not an instant: ${text}`)
  return instant
}

export const ROOT = resolve(import.meta.dirname, '../..')

/** The shipped configuration with these changes; nothing of the caller's environment gets in. */
export function shippedConfig(env: Record<string, string> = {}, over: Partial<Config> = {}): Config {
  const loaded = loadConfig({ root: ROOT, env })
  if (!loaded.ok) throw new TypeError(JSON.stringify(loaded.problems))
  return { ...loaded.config, ...over }
}

export const LENDER: Actor = { name: 'test', creditor: 'shili-xiaojin', live: true }

/** An account as an upstream system reports it: Zhang San of Shanghai, 1,250.00元 due on 22 November 2026, as of that day's books. */
export const overdueAccount = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  asOf: '2026-11-23T00:00:00Z',
  product: 'loan',
  overdue: { amount: '1250.00', currency: 'CNY' },
  dueDate: '2026-11-22',
  ladder: 'cn-consumer-loan',
  reference: { masked: '4821' },
  autoDebit: false,
  factsForWords: { reportsToBureau: true, lateInterest: true },
  recipient: {
    id: 'r-1',
    name: '张三',
    locale: 'zh-CN',
    jurisdiction: 'CN',
    timeZone: 'Asia/Shanghai',
    addresses: [
      { channel: 'sms', value: '13800138000', kind: 'mobile', relation: 'self' },
      { channel: 'phone', value: '13800138000', kind: 'mobile', relation: 'self' },
    ],
  },
  ...over,
})

/** Attempts begun. */
const TRIES = sql<number>`(SELECT coalesce(max(r.no), 0)::int FROM decorum.reservation r WHERE r.reminder_id = m.id)`

/** Reminders `m` as they stand, with what is known of those that wait. */
export const remindersNow = (db: FreshLedger['ledger']['db']) =>
  db
    .selectFrom('decorum.reminder as m')
    .leftJoin('decorum.waiting as w', 'w.reminder_id', 'm.id')
    .selectAll('m')
    .select([currentStatus('m').as('status'), 'w.next_at', 'w.decisions', 'w.decided_as', TRIES.as('tries')])

/** A whole process of Decorum on one ledger, under a clock that is stepped by hand, with capture on every route. */
export class Stage {
  readonly app: App
  readonly clock: SteppedClock

  private constructor(app: App, clock: SteppedClock) {
    this.app = app
    this.clock = clock
  }

  static async set(
    fresh: Pick<FreshLedger, 'ledger' | 'source'>,
    now: string,
    options: { config?: Config; overrides?: Overrides } = {},
  ): Promise<Stage> {
    const clock = new SteppedClock(at(now))
    const dataDir = 'dataDir' in fresh.source ? fresh.source.dataDir : resolve(ROOT, 'data/test-keys')
    const keys = [{ id: 'k1', secret: masterKeyBytes('k1') }]
    const config = options.config ?? shippedConfig()
    const app = await build(
      { ...config, dataDir, keys },
      {
        ledger: fresh.ledger,
        clock,
        log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
        gates: unlimitedRateGate,
        // Without fresh switches nothing goes, and what waits a second for them waits for ever under a clock that stands.
        monotonic: () => 0,
        ...options.overrides,
      },
    )
    await app.start(['email', 'sms', 'phone'])
    return new Stage(app, clock)
  }

  /** Registers an account as the lender's system would. */
  async account(id: string, body: Record<string, unknown>, actor: Actor = LENDER) {
    const parsed = parse(accountBody, body)
    if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
    return acceptAccount(this.app.runtime, actor, id, parsed.value)
  }

  /** Steps business time and lets everything that is due then happen. */
  async until(text: string): Promise<void> {
    if (at(text) > this.clock.now()) this.clock.stepTo(at(text))
    await this.settle()
  }

  /** Plans, dispatches and sweeps until nothing more happens at this instant. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2;) {
      const swept = await this.app.pass('sweeper')
      const planned = await this.app.pass('planner')
      const queued = await this.#drain()
      quiet = swept || planned || queued ? 0 : quiet + 1
    }
  }

  /** Waits until nothing is queued or sending; true when something was. */
  async #drain(): Promise<boolean> {
    const { db } = this.app.runtime.ledger
    for (let worked = false; ; worked = true) {
      await this.app.idle()
      const busy = await db
        .selectFrom('decorum.reminder as m')
        .select('m.id')
        .where(currentStatus('m'), 'in', ['queued', 'sending'])
        .limit(1)
        .executeTakeFirst()
      if (busy === undefined) return worked
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** As they stand, with what is known of those that wait. */
  reminders() {
    return remindersNow(this.app.runtime.ledger.db).orderBy('m.id').execute()
  }

  /** All of them, the packs and facts of a decision to send unpacked. */
  async decisions(reminderId: string) {
    const rows = await this.app.runtime.ledger.db
      .selectFrom('decorum.decision')
      .selectAll()
      .where('reminder_id', '=', reminderId)
      .orderBy('no')
      .execute()
    return withDecided(this.app.runtime.ledger.db, rows)
  }

  contacts() {
    return this.app.runtime.ledger.db.selectFrom('decorum.contact').selectAll().orderBy('at').execute()
  }
}

/** Queues these reminders of a route in one ticket, as a claim does. */
export async function openTicket(
  { db }: Pick<FreshLedger['ledger'], 'db'>,
  reminderIds: readonly string[],
  route = 'sms-main',
): Promise<{ ring: string; reminderIds: string[] }> {
  const ring = randomUUID()
  await db
    .insertInto('decorum.ticket')
    .values({ ring, route, reminder_ids: [...reminderIds], queued_at: new Date() })
    .execute()
  return { ring, reminderIds: [...reminderIds] }
}
