import { DAY, formatInstant, type Instant } from '../../model/instant.ts'
import { addDays } from '../../model/local-date.ts'
import type { Actor } from '../../pipeline/shell.ts'
import { bookDate } from '../../plan/book-time.ts'
import { objectionsByRule } from '../../record/demo/objections-by-rule.ts'
import { portfolioPlaces } from '../../record/demo/portfolio-places.ts'
import { sentAttempts, type SentAttempt } from '../../record/demo/sent-attempts.ts'
import type { DemoAccount, DemoDay, DemoTimeline } from '../../report/demo/demo-account.ts'
import { OBJECTION_WORDS } from '../../report/objection-words.ts'
import type { Page } from '../../report/page.ts'
import type { Totals } from '../../report/totals-view.ts'
import type { App } from '../app.ts'
import { checkPromises } from './check-promises.ts'
import { chooseSamples } from './choose-samples.ts'
import type { Scenario } from './scenario.ts'
import { tellTimeline } from './tell-timeline.ts'

/** The home market's clock: days are counted by it. */
const ZONE = 'Asia/Shanghai'

/** Reads out of the ledger what a run came to. */
export async function giveAccount(
  app: App, actor: Actor, scenario: Scenario, run: { from: Instant; to: Instant; seed: number },
): Promise<Omit<DemoAccount, 'effort' | 'keptIn'>> {
  const { services, shell } = app
  const { db } = shell.ledger
  const totals = await services.totals(actor, { from: run.from, to: run.to + DAY, zone: ZONE })
  const sent = await sentAttempts(db)
  const holds = await all((cursor) => services.listHolds(actor, { limit: 500, cursor }))
  const stops = await all((cursor) => services.listSuppressions(actor, { limit: 500, cursor }))
  const tasks = await all((cursor) => services.listTasks(actor, { limit: 500, cursor }))
  const timelines: DemoTimeline[] = []
  for (const { account, title } of scenario.timelines) {
    const told = await tellTimeline(services, actor, account, title, sent)
    if (told !== null) timelines.push(told)
  }
  const statuses = counted(totals.reminders, (r) => r.status).map(([status, count]) => ({ status, count }))
  return {
    from: formatInstant(run.from), to: formatInstant(run.to), zone: ZONE, seed: run.seed,
    portfolio: await portfolioPlaces(db),
    days: daysOf(totals, run),
    sent: totalsOf(sent),
    objections: (await objectionsByRule(db)).map((o) => ({ ...o, meaning: OBJECTION_WORDS[o.code] })),
    skipped: counted(totals.skipped, (s) => s.reason).map(([reason, count]) => ({ reason, count })),
    tasks: {
      count: tasks.length, handOffs: tasks.filter((t) => t.kind === 'hand-off').length,
      byStatus: counted(tasks.filter((t) => t.kind === 'step').map((t) => ({ ...t, count: 1 })), (t) => t.status).map(([status, count]) => ({ status, count })),
    },
    holds: counted(holds.map((h) => ({ ...h, count: 1 })), (h) => h.kind)
      .map(([kind, count]) => ({ kind, count, standing: holds.filter((h) => h.kind === kind && h.endedAt === null).length })),
    stops: counted(stops.map((s) => ({ ...s, count: 1 })), (s) => `${s.reason} ${s.scope}`)
      .map(([key, count]) => ({ reason: key.split(' ')[0] as string, scope: key.split(' ')[1] as string, count })),
    reminders: statuses,
    timelines,
    samples: await chooseSamples(services, actor, sent),
    promises: await checkPromises(shell.ledger, sent, statuses.reduce((sum, s) => sum + s.count, 0)),
  }
}

function daysOf(totals: Totals, { from, to }: { from: Instant; to: Instant }): DemoDay[] {
  const days: DemoDay[] = []
  for (let day = bookDate(from, ZONE); day <= bookDate(to, ZONE); day = addDays(day, 1)) {
    const on = <T extends { day: string; count: number }>(rows: readonly T[], which: (row: T) => boolean = () => true) =>
      rows.filter((row) => row.day === day && which(row)).reduce((sum, row) => sum + row.count, 0)
    days.push({
      day,
      sent: totals.sent.filter((s) => s.day === day).map(({ channel, tone, count }) => ({ channel, tone, count })),
      deferred: on(totals.objected, (o) => o.verdict === 'defer'), refused: on(totals.objected, (o) => o.verdict === 'refuse'),
      tasks: on(totals.tasks, (t) => t.kind === 'step'), handOffs: on(totals.tasks, (t) => t.kind === 'hand-off'),
    })
  }
  return days
}

const totalsOf = (sent: readonly SentAttempt[]): DemoAccount['sent'] =>
  counted(sent.map((s) => ({ ...s, count: 1 })), (s) => `${s.channel} ${s.tone}`).map(([key, count]) => {
    const [channel, tone] = key.split(' ') as [DemoAccount['sent'][number]['channel'], DemoAccount['sent'][number]['tone']]
    return { channel, tone, count }
  })

/** Sums by key, the largest first; equal ones by name, so that two runs agree. */
function counted<T extends { count: number }, K extends string>(rows: readonly T[], keyOf: (row: T) => K): [K, number][] {
  const sums = new Map<K, number>()
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + row.count)
  return [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

async function all<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  for (let cursor: string | undefined; ;) {
    const page = await read(cursor)
    items.push(...page.items)
    if (page.next === null) return items
    cursor = page.next
  }
}
