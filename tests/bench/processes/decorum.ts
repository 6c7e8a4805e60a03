import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import type { Daemon } from '../../../src/app/app.ts'
import { build } from '../../../src/app/build.ts'
import { loop, type Loop } from '../../../src/app/loop.ts'
import { planDue } from '../../../src/pipeline/plan-due.ts'
import type { Actor } from '../../../src/pipeline/runtime.ts'
import { currentStatus } from '../../../src/record/reminders.ts'
import { answer, argumentOf } from '../ask.ts'
import { benchConfig, type Places } from '../bench-config.ts'
import { accountLines, CREDITOR } from '../borrowers.ts'
import { daytimeClock } from '../daytime.ts'

/** One process of Decorum, wired as in production; which daemons it runs is said by command. */
export interface DecorumArgument extends Places {
  /** See `daytimeClock`. */
  clockOrigin: number
  /** Of the SMS route; absent: more than it can ever do. */
  perSecond?: number
}

/** See the command of this name. */
export interface Waiting {
  later: number
  /** Business time in milliseconds. */
  at: number | null
  now: number
}

const { clockOrigin, perSecond, ...places } = argumentOf<DecorumArgument>()
const actor: Actor = { name: 'bench', creditor: CREDITOR, live: true }
const app = await build(benchConfig(places, perSecond), {
  clock: daytimeClock(clockOrigin),
  log: pino({ level: process.env['LOG_LEVEL'] ?? 'error' }, pino.destination(2)),
})
const { db } = app.runtime.ledger
/** For what hangs, not for what is slow. */
const LONGEST_MS = 300_000
/** As often as the planner's daemon. */
const PASS_EVERY_MS = 200
let passing: Loop | null = null

async function statuses(): Promise<Record<string, number>> {
  const { rows } = await sql<{
    status: string
    n: number
  }>`SELECT ${currentStatus('m')} AS status, count(*)::int AS n FROM decorum.reminder m GROUP BY 1`.execute(db)
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]))
}

/**
 * Is anything still to be planned, queued, sent or settled?
 *
 * Whatever waits counts, not only what is due: a reminder whose call was put off by a second (switches read too long
 * ago, no answer of the rate gate) is due to nobody in that second, and would be sent in whatever is measured next.
 */
async function busy(): Promise<boolean> {
  const now = new Date(app.runtime.clock.now())
  const { rows } = await sql<{ busy: boolean }>`
    SELECT EXISTS (SELECT 1 FROM decorum.waiting)
      OR EXISTS (SELECT 1 FROM decorum.reminder WHERE status = 'scheduled')
      OR EXISTS (SELECT 1 FROM decorum.account WHERE plan_at <= ${now}) AS busy`.execute(db)
  return rows[0]?.busy ?? false
}

answer({
  start: (daemons: Daemon[]) => app.start(daemons),
  /** Imports accounts, as a creditor's file would bring them; answers how many were applied. */
  import: async ({ from, count }: { from: number; count: number }) => {
    const totals = await app.services.importAccounts(actor, accountLines(from, count), () => {})
    return totals.applied
  },
  /** Plans whatever is due, here, without the daemon. */
  plan: async () => {
    let reminders = 0
    for (let pass = await planDue(app.runtime); pass.recipients > 0; pass = await planDue(app.runtime))
      reminders += pass.reminders
    return reminders
  },
  /** Does what the planner's daemon does, but can be told to stop: what is planned for the next round must wait for it. */
  beginPasses: () => {
    passing = loop('passes', PASS_EVERY_MS, app.runtime.log, () => app.pass('planner'))
  },
  endPasses: () => passing?.stop(),
  /** Puts one account; answers the wall time, in milliseconds, at which it was accepted. */
  accept: async (no: number) => {
    await app.services.importAccounts(actor, accountLines(no, 1), () => {})
    return performance.timeOrigin + performance.now()
  },
  /** Accepts accounts at this rate, 20 times a second; when the time is over, answers how many. */
  load: async ({ from, perSecond, seconds }: { from: number; perSecond: number; seconds: number }) => {
    const began = performance.now()
    const total = Math.round(perSecond * seconds)
    for (let done = 0; done < total;) {
      const due = Math.min(total, Math.round(((performance.now() - began) / 1_000) * perSecond))
      if (due > done) await app.services.importAccounts(actor, accountLines(from + done, due - done), () => {})
      done = due
      await pause(50)
    }
    return total
  },
  busy,
  /** Resolves when nothing is left to do; looks every 20 ms, and gives up when it takes absurdly long. */
  drained: async () => {
    const giveUp = performance.now() + LONGEST_MS
    while (await busy()) {
      if (performance.now() > giveUp)
        throw new Error(`not done after ${LONGEST_MS / 1000} s: ${JSON.stringify(await statuses())}`)
      await pause(20)
    }
  },
  /** What waits for a later time: how much, when the first of it may go, and how much may go already or is on its way. */
  waiting: async (): Promise<Waiting> => {
    const now = new Date(app.runtime.clock.now())
    const { rows } = await sql<{ later: number; at: Date | null; now: number }>`
      SELECT count(*) FILTER (WHERE later)::int AS later, min(next_at) FILTER (WHERE later) AS at, count(*) FILTER (WHERE NOT later)::int AS now
      FROM (
        SELECT w.next_at, w.next_at IS NOT NULL AND w.next_at > ${now} AND m.id NOT IN (SELECT unnest(reminder_ids) FROM decorum.ticket) AS later
        FROM decorum.reminder m LEFT JOIN decorum.waiting w ON w.reminder_id = m.id WHERE m.status = 'scheduled'
      ) waiting`.execute(db)
    const [found] = rows
    return { later: found?.later ?? 0, at: found?.at?.getTime() ?? null, now: found?.now ?? 0 }
  },
  slotsMissed: async (): Promise<number> => {
    const { rows } = await sql<{
      missed: number
    }>`SELECT count(*)::int AS missed FROM decorum.settlement WHERE code = 'slot_missed'`.execute(db)
    return rows[0]?.missed ?? 0
  },
  /** How many attempts were written and ended before any call was begun, whyever. */
  givenUp: async (): Promise<number> => {
    const { rows } = await sql<{
      n: number
    }>`SELECT count(*)::int AS n FROM decorum.settlement WHERE status = 'not_sent'`.execute(db)
    return rows[0]?.n ?? 0
  },
  /** How many reminders stand at each status. */
  statuses,
  stop: () => app.stop(),
})
