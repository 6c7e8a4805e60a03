import type { Section } from '../bench.ts'
import { openInProcess } from '../in-process.ts'
import { benchDesk } from '../tickets.ts'
import { costFigures, costTables, type Round } from './cost-tables.ts'
import { Meter } from './meter.ts'
import { STEPS, takeSteps } from './steps.ts'

/** Reminders in one round, and measured rounds. */
export const COST_ROUNDS = { full: { reminders: 3_000, rounds: 3 }, quick: { reminders: 1_000, rounds: 1 } } as const

/** Where and how the cost is measured. */
export interface CostPlace {
  quick: boolean
  postgresUrl: string
  stubUrl: string
  /** Is pg_stat_statements loaded? */
  statements: boolean
  /** Is pg_walinspect installed? */
  logRecords: boolean
}

/** What each step took, and how many calls the provider must have heard. */
export interface CostMeasured extends Pick<Section, 'figures' | 'tables' | 'leftOut'> {
  owed: number
}

/** What does each step take per reminder? One round warms up, and one more lists the statements. */
export async function measureCost(place: CostPlace): Promise<CostMeasured> {
  const { reminders, rounds } = COST_ROUNDS[place.quick ? 'quick' : 'full']
  const setting = { ...place, seconds: null, redisUrl: null, progress: () => {} }
  const { app, place: ledger, take, close } = await openInProcess('postgres', setting, place.stubUrl)
  const { runtime } = app
  const meter = await Meter.open(ledger.databaseUrl as string, runtime.ledger.pool, place)
  try {
    const empty = await meter.sizes()
    const context = benchDesk(runtime)
    let taken = 0
    const round = async (): Promise<Round> => {
      await take(taken, reminders)
      taken += reminders
      // As in a ledger that has been at work for long: with statistics. What the steps read was not changed since the checkpoint.
      await meter.run('ANALYZE')
      await meter.run('CHECKPOINT')
      return takeSteps(meter, runtime, context, reminders)
    }
    await round()
    const measured: Round[] = []
    while (measured.length < rounds) measured.push(await round())
    const listed = (await meter.listStatements()) ? await round() : null
    await meter.run('VACUUM FULL')
    const packed = { empty, full: await meter.sizes(), reminders: taken }
    return {
      owed: taken,
      figures: costFigures(measured, reminders, packed),
      tables: costTables(STEPS, measured, reminders, listed, packed),
      leftOut: [
        ...(place.statements ? [] : ['statements by time: needs pg_stat_statements']),
        ...(place.logRecords ? [] : ['kinds of log records, locks and whole pages: need pg_walinspect']),
      ],
    }
  } finally {
    await meter.close()
    await close()
  }
}
