import type { DispatchContext } from '../../src/pipeline/dispatch/dispatch-context.ts'
import { reserve } from '../../src/pipeline/dispatch/reserve.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'
import type { Figure, Section, Setting } from './bench.ts'
import { MODE_NAMES, modesOf, type Mode } from './decorum-place.ts'
import { openInProcess } from './in-process.ts'
import { benchDesk, claimTickets } from './tickets.ts'

/** Tickets in hand at once, as the dispatch worker has them. */
const AT_ONCE = 4
const BATCHES = [1, 10, 50, 100]
/** Reminders in one run at each batch size. */
const COUNTS: Readonly<Record<number, number>> = { 1: 200, 10: 1_000, 50: 3_000, 100: 3_000 }

/** How many reminders a second can be locked, decided, rendered and written as attempts, calling nobody? */
export async function reserveBench(setting: Setting): Promise<Section> {
  const figures: Figure[] = []
  for (const mode of modesOf(setting).filter((m) => m !== 'redis+postgres'))
    figures.push(...(await figuresOf(setting, mode)))
  return {
    bench: 'reserve',
    configuration: `${AT_ONCE} tickets at once; one reminder a person, no earlier contacts, all packs in force; decided, rendered and written, nobody called`,
    figures,
    leftOut: setting.postgresUrl === null ? ['PostgreSQL'] : [],
  }
}

async function figuresOf(setting: Setting, mode: Mode): Promise<Figure[]> {
  setting.progress(`reserve, ${MODE_NAMES[mode]}`)
  const runs = setting.quick ? 2 : 3
  const countOf = (batch: number): number =>
    Math.round(((COUNTS[batch] as number) * (mode === 'embedded' ? 0.2 : 1) * (setting.quick ? 0.4 : 1)) / batch) *
    batch
  const { app, take, close } = await openInProcess(mode, setting)
  try {
    const warmUp = countOf(50)
    await take(0, warmUp + runs * BATCHES.reduce((sum, batch) => sum + countOf(batch), 0))
    while ((await planDue(app.runtime)).recipients > 0);
    const context = benchDesk(app.runtime)
    await timed(app.runtime, context, 50, warmUp)
    const figures = BATCHES.map((batch): Figure => ({
      name: `${MODE_NAMES[mode]}, batches of ${batch}`,
      unit: 'reminders/s',
      values: [],
    }))
    // In turn, so that a slow minute of the machine falls on all of them.
    for (let run = 0; run < runs; run++) {
      for (const [i, batch] of BATCHES.entries())
        figures[i]?.values.push(await timed(app.runtime, context, batch, countOf(batch)))
    }
    return figures
  } finally {
    await close()
  }
}

async function timed(runtime: Runtime, context: DispatchContext, batch: number, count: number): Promise<number> {
  const tickets = await claimTickets(runtime, context.route.id, batch, count)
  const began = performance.now()
  let reserved = 0
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let ticket = tickets.pop(); ticket !== undefined; ticket = tickets.pop()) {
        // In two steps: the sum is read after the wait, not before it.
        const reservation = await reserve(runtime, context, ticket)
        reserved += reservation.reserved.length
      }
    }),
  )
  if (reserved !== count) throw new Error(`of ${count} reminders ${reserved} were reserved`)
  return (count / (performance.now() - began)) * 1_000
}
