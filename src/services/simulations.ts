import type { Config } from '../config/config.ts'
import { DecorumError } from '../model/errors.ts'
import type { FileOptions } from '../model/import-mapping.ts'
import { DAY, type Instant } from '../model/time.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { ladderChoice, packChoice } from '../pipeline/simulate/choices.ts'
import type { SimulationSetting } from '../pipeline/simulate/chunk.ts'
import { readPortfolioFile } from '../pipeline/simulate/portfolio-file.ts'
import { ledgerPortfolio, type Portfolio, portfolioOfFile } from '../pipeline/simulate/portfolio.ts'
import { simulatePortfolio, type SimulationDone } from '../pipeline/simulate/run.ts'
import { compareSimulations, type SimulationComparison } from '../report/simulation/report.ts'

/** What to simulate, `runSimulation` checks the names. */
interface SimulationRequest {
  /** Accounts of a file; absent: those of the ledger, with their history. */
  file?: { path: string; options: FileOptions } | undefined
  /** Only this creditor's accounts; null: every creditor's. */
  creditor: string | null
  /** A configured ladder or a .yaml file, used for every account; absent: each account's own. */
  ladder?: string | undefined
  /** As `--packs` takes them; absent: those in force. */
  packs?: string | undefined
  from: Instant
  days: number
  /** Share of unpaid accounts that are paid each day, 0 to below 1. */
  payRate: number
  seed: number
  /** A second version beside the first. */
  compare?: { text: string; what: 'ladder' | 'packs'; value: string } | undefined
  /** By route: what one unit costs, and units a second instead of the configured ones. */
  costs: ReadonlyMap<string, number>
  rates: ReadonlyMap<string, number>
}

/** Told the number of recipients of each run, then how many are done. */
export interface SimulationProgress {
  begins(run: 'first' | 'second', recipients: number): void
  done(recipients: number): void
  ends(): void
}

/**
 * What would a ladder and policy packs do to a portfolio over the coming days? Writes and sends nothing.
 *
 * @param withLedger  runs work with an open ledger; used only when no file is named
 * @throws DECORUM_BAD_INPUT  a creditor, route, ladder or pack that is not configured, or a file that cannot be read
 */
export async function runSimulation(
  config: Config,
  request: SimulationRequest,
  withLedger: <T>(work: (runtime: Runtime) => Promise<T>) => Promise<T>,
  progress: SimulationProgress,
): Promise<{ done: SimulationDone; comparison: SimulationComparison | null }> {
  const { compare } = request
  const base = settingOf(config, request)
  const other =
    compare === undefined
      ? null
      : compare.what === 'ladder'
        ? { ...base, ladder: ladderChoice(compare.value, config) }
        : { ...base, ...packChoice(compare.value, config) }
  const run = async (
    which: 'first' | 'second',
    portfolio: Portfolio,
    setting: SimulationSetting,
  ): Promise<SimulationDone> => {
    progress.begins(which, portfolio.size)
    try {
      return await simulatePortfolio(setting, portfolio, request.costs, (recipients) => progress.done(recipients))
    } finally {
      progress.ends()
    }
  }
  const both = async (portfolio: Portfolio) =>
    [await run('first', portfolio, base), other === null ? null : await run('second', portfolio, other)] as const
  const [done, second] =
    request.file === undefined
      ? await withLedger(async (runtime) => both(await ledgerPortfolio(runtime, request.creditor)))
      : await both(portfolioOfFile(await readPortfolioFile(request.file.path, request.file.options), request.creditor))
  return {
    done,
    comparison:
      second === null || compare === undefined ? null : compareSimulations(compare.text, done.report, second.report),
  }
}

function settingOf(config: Config, request: SimulationRequest): SimulationSetting {
  if (request.creditor !== null && !config.creditors.has(request.creditor))
    throw bad(
      `${request.creditor} is not a configured creditor`,
      `Configured are ${[...config.creditors.keys()].join(', ')}.`,
    )
  const unknown = [...request.costs.keys(), ...request.rates.keys()].find(
    (id) => !config.routes.some((route) => route.id === id),
  )
  if (unknown !== undefined)
    throw bad(`${unknown} is not a configured route`, `Configured are ${config.routes.map(({ id }) => id).join(', ')}.`)
  const { creditors, ladders, templates, locales, delivery } = config
  const routes = config.routes.map((route) => ({
    ...route,
    rate: { ...route.rate, perSecond: request.rates.get(route.id) ?? route.rate.perSecond },
  }))
  return {
    config: { creditors, ladders, routes, templates, locales, delivery },
    ...(request.packs === undefined
      ? {
          packs: config.packs,
          packSelection: { named: null, also: [...config.policies.house], without: config.policies.without ?? [] },
        }
      : packChoice(request.packs, config)),
    ladder: request.ladder === undefined ? null : ladderChoice(request.ladder, config),
    from: request.from,
    to: request.from + request.days * DAY,
    payRate: request.payRate,
    seed: request.seed,
  }
}

const bad = (message: string, hint: string): DecorumError => new DecorumError('DECORUM_BAD_INPUT', message, { hint })
