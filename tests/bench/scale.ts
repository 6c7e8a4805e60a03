import { cpus } from 'node:os'
import { Accounting } from './accounting.ts'
import { startProcess, type AskedProcess, type Usage } from './ask.ts'
import { median, type Figure, type Section, type Setting } from './bench.ts'
import { MODE_NAMES, openPlace } from './decorum-place.ts'
import { startDecorum, type Workers } from './decorum-processes.ts'
import { Rounds, type Beginning } from './decorum-rounds.ts'
import { derivedTable, timeTable, type Row } from './scale/carried-table.ts'
import { CONNECTIONS, ledgerAlone, sizesOf } from './scale/ledger-alone.ts'

const MODE = 'redis+postgres'
const FROM_PLANNED: readonly Workers[] = [1, 2, 3, 4].map((senders) => ({ planners: 1, senders }))
const FROM_OVERDUE: readonly Workers[] = [1, 2].map((planners) => ({ planners, senders: 2 }))
/** Reminders in one round, and rounds in the same processes, the first of which still compiles. */
const ROUNDS = { full: { reminders: 5_000, rounds: 5 }, quick: { reminders: 2_000, rounds: 2 } }
/** Sent for each sender before the time is taken: compiled code, open connections, the gate's first second. */
const WARM_UP = 500
/** More senders that bring less than the rest of this share are beyond the knee. */
const KNEE = 0.9

/**
 * How many reminders a second do several senders and planners carry on one host, and PostgreSQL alone with senders elsewhere?
 *
 * The last is answered twice: by a division of what PostgreSQL took in these rounds, and by a measurement in which
 * it is asked the same with nobody beside it.
 */
export async function scaleBench(setting: Setting): Promise<Section> {
  const { reminders, rounds } = ROUNDS[setting.quick ? 'quick' : 'full']
  const alone = sizesOf(setting)
  const configuration =
    `${MODE_NAMES[MODE]} and everything else on one host of ${cpus().length} cores; SMS of 2 segments, one per person, route rate 100,000/s, 10 connections a process, a new ledger for each row; ` +
    `${rounds} rounds of ${reminders} reminders in the same processes, the first of which still compiles, after a warm-up of ${WARM_UP} for each sender; stub provider on loopback in its own process answers at once; one row after the other; given up: attempts that were written and ended before any call, mostly since a sender came too late for their slot, and decided again; ` +
    `the ledger's part alone: ${alone.rounds === 1 ? 'one round' : `${alone.rounds} rounds in turns`}, ${alone.reminders} reminders claimed by 500 on one connection, reserved and settled by 50 on ${CONNECTIONS.join(', ')} others, ` +
    `the first ${alone.warmUp} not counted: what was recorded of one process is sent again byte by byte on copies of the ledger by one that reads no row`
  if (setting.postgresUrl === null || setting.redisUrl === null)
    return { bench: 'scale', configuration, figures: [], leftOut: ['all of it: needs PostgreSQL and Redis'] }
  const stub = await startProcess('stub-provider', null)
  const rowsOf = async (beginning: Beginning, all: readonly Workers[]): Promise<Row[]> => {
    const rows: Row[] = []
    for (const workers of all) rows.push(await rowOf(setting, beginning, workers, reminders, rounds, stub))
    return rows
  }
  try {
    const planned = await rowsOf('planned', FROM_PLANNED)
    const overdue = await rowsOf('overdue', FROM_OVERDUE)
    const ledger = await ledgerAlone(setting)
    const rows = [...planned, ...overdue, ...ledger]
    const watched = rows.every(({ accounting }) => accounting.medians().some(({ name }) => name === 'PostgreSQL'))
    return {
      bench: 'scale',
      configuration,
      figures: [...rows.map(({ figure }) => figure), kneeOf(planned)],
      tables: [
        timeTable('from planned reminders, one planner; processor time each', planned),
        timeTable('from overdue accounts, two senders; processor time each', overdue),
        timeTable("the ledger's part alone: claim, reserve and settle, sent again; processor time each", ledger),
        derivedTable(rows),
      ],
      leftOut: watched
        ? []
        : ["PostgreSQL's processor time: it does not run on this machine, or /proc does not show it"],
    }
  } finally {
    await stub.end()
  }
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

async function rowOf(
  setting: Setting,
  beginning: Beginning,
  workers: Workers,
  reminders: number,
  rounds: number,
  stub: AskedProcess,
): Promise<Row> {
  const name = `${beginning === 'planned' ? 'from planned reminders' : 'from overdue accounts'}, ${plural(workers.senders, 'sender')}, ${plural(workers.planners, 'planner')}`
  setting.progress(`scale, ${name}`)
  const figure: Figure = { name, unit: 'reminders/s', values: [] }
  const accounting = new Accounting()
  const givenUp: number[] = []
  await stub.ask('forget')
  const place = await openPlace(MODE, setting)
  const decorum = await startDecorum(MODE, place, await stub.ask<string>('url'), workers)
  const usage = async () => [
    ...(await decorum.usage()),
    { name: 'stub provider', usage: await stub.ask<Usage>('usage') },
  ]
  try {
    const going = new Rounds(name, decorum, stub, usage)
    await going.warmUp(WARM_UP * workers.senders)
    let ended = await decorum.planner.ask<number>('givenUp')
    for (let round = 0; round < rounds; round++) {
      const { perSecond, before, after } = await going.round(reminders, beginning)
      figure.values.push(perSecond)
      accounting.add(before, after, reminders)
      const earlier = ended
      ended = await decorum.planner.ask<number>('givenUp')
      givenUp.push((ended - earlier) / reminders)
    }
  } finally {
    await decorum.end()
    await place.clear()
  }
  return { figure, accounting, givenUp }
}

/** How many senders are enough on this host? */
function kneeOf(planned: readonly Row[]): Figure {
  const rates = planned.map(({ figure }) => median(figure.values))
  const enough = rates.findIndex((rate) => rate >= KNEE * Math.max(...rates)) + 1
  return {
    name: 'the knee: fewest senders with nine tenths of the most',
    unit: 'senders',
    values: [enough],
    note: `one planner, from planned reminders; of ${rates.map((rate, i) => `${i + 1}: ${rate.toFixed(0)}/s`).join(', ')}`,
  }
}
