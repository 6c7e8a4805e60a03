import { availableParallelism } from 'node:os'
import type { Fault } from '../../model/errors.ts'
import { DAY, formatInstant } from '../../model/instant.ts'
import { planReceipts } from '../../deliver/capture/receipt-plan.ts'
import { reportOf } from '../../pipeline/simulate/report-of.ts'
import { addTally, emptyTally } from '../../pipeline/simulate/tally.ts'
import type { SimulationReport } from '../../report/simulation/simulation-report.ts'
import type { Portfolio } from './portfolio.ts'
import { runParts } from './run-parts.ts'
import { rulesOf, type SimulationSetting } from './setting.ts'

/** Fewer people than this are done before a thread has started. */
const WORTH_THREADS = 3_000

export interface SimulationDone {
  report: SimulationReport
  /** Lines of the file that were left out, and why. */
  refused: { line: number; faults: readonly Fault[] }[]
}

/**
 * What would this portfolio's weeks come to, under this setting?
 *
 * Reads only: nothing is written to the ledger and nobody is sent anything.
 *
 * @param costs       by route id: what one unit costs
 * @param onProgress  how many people are done
 * @throws            DECORUM_BAD_INPUT for a pack that does not exist
 */
export async function simulatePortfolio(
  setting: SimulationSetting, portfolio: Portfolio, costs: ReadonlyMap<string, number>, onProgress: (people: number) => void,
): Promise<SimulationDone> {
  const { packs } = rulesOf(setting)
  const tally = emptyTally()
  const refused = [...portfolio.refused]
  const threads = portfolio.size < WORTH_THREADS ? 0 : availableParallelism()
  let people = 0
  await runParts(setting, portfolio.parts(), threads, (done) => {
    addTally(tally, done.tally)
    refused.push(...done.refused)
    onProgress(people += done.tally.people)
  })
  const report = reportOf(tally, {
    of: {
      from: formatInstant(setting.from), to: formatInstant(setting.to), days: Math.round((setting.to - setting.from) / DAY), seed: setting.seed, payRate: setting.payRate,
      ladders: setting.ladder === null
        ? [...setting.config.ladders.values()].map(({ ladder, version }) => ({ id: ladder.id, version }))
        : [{ id: setting.ladder.ladder.id, version: setting.ladder.version }],
      packs: packs.map(({ pack }) => ({ id: pack.id, version: pack.version })),
    },
    routes: setting.config.routes, costs, callSeconds: secondsOfCall(),
  })
  return { report, refused: refused.sort((a, b) => a.line - b.line) }
}

/** How long an invented call holds its line. */
const secondsOfCall = (): number => (planReceipts('phone', { reminderId: '', attemptNo: 1 }, 1)[0]?.afterMs ?? 60_000) / 1000
