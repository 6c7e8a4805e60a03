import type { Config } from '../config/config.ts'
import { DecorumError } from '../model/errors.ts'
import type { FileOptions } from '../model/import-mapping.ts'
import { DAY, type Instant } from '../model/time.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { ladderChoice, packChoice } from '../pipeline/simulate/choices.ts'
import type { SimulationSetting } from '../pipeline/simulate/part.ts'
import { readPortfolioFile } from '../pipeline/simulate/portfolio-file.ts'
import { ledgerPortfolio, type Portfolio, portfolioOfFile } from '../pipeline/simulate/portfolio.ts'
import { simulatePortfolio, type SimulationDone } from '../pipeline/simulate/run.ts'
import { compareSimulations, type SimulationComparison } from '../report/simulation/report.ts'

/** What would be done to whom, and by which ladder and packs. Names are checked here. */
interface SimulationWish {
  /** Accounts of a file; absent: those of the ledger, with their history. */
  file?: { path: string; options: FileOptions } | undefined
  /** Only this creditor's accounts; null: everybody's. */
  creditor: string | null
  /** A configured ladder or a .yaml file that everybody climbs; absent: each account its own. */
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

/** Hears how many recipients each run has, and then how many are done. */
export interface SimulationProgress {
  begins(run: 'first' | 'second', recipients: number): void
  done(recipients: number): void
  ends(): void
}

/**
 * What would a ladder and policy packs do to a portfolio over the coming days? Writes nothing, contacts nobody.
 *
 * @param withLedger  opens the ledger for one piece of work; used only when no file is named
 * @throws DECORUM_BAD_INPUT  a creditor, route, ladder or pack that is not configured, or a file that cannot be read
 */
export async function simulateWish(
  config: Config,
  wish: SimulationWish,
  withLedger: <T>(work: (runtime: Runtime) => Promise<T>) => Promise<T>,
  progress: SimulationProgress,
): Promise<{ done: SimulationDone; comparison: SimulationComparison | null }> {
  const { compare } = wish
  const base = settingOf(config, wish)
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
      return await simulatePortfolio(setting, portfolio, wish.costs, (recipients) => progress.done(recipients))
    } finally {
      progress.ends()
    }
  }
  const both = async (portfolio: Portfolio) =>
    [await run('first', portfolio, base), other === null ? null : await run('second', portfolio, other)] as const
  const [done, second] =
    wish.file === undefined
      ? await withLedger(async (runtime) => both(await ledgerPortfolio(runtime, wish.creditor)))
      : await both(portfolioOfFile(await readPortfolioFile(wish.file.path, wish.file.options), wish.creditor))
  return {
    done,
    comparison:
      second === null || compare === undefined ? null : compareSimulations(compare.text, done.report, second.report),
  }
}

function settingOf(config: Config, wish: SimulationWish): SimulationSetting {
  if (wish.creditor !== null && !config.creditors.has(wish.creditor))
    throw bad(
      `${wish.creditor} is not a configured creditor`,
      `Configured are ${[...config.creditors.keys()].join(', ')}.`,
    )
  const unknown = [...wish.costs.keys(), ...wish.rates.keys()].find(
    (id) => !config.routes.some((route) => route.id === id),
  )
  if (unknown !== undefined)
    throw bad(`${unknown} is not a configured route`, `Configured are ${config.routes.map(({ id }) => id).join(', ')}.`)
  const { creditors, ladders, templates, locales, delivery } = config
  const routes = config.routes.map((route) => ({
    ...route,
    rate: { ...route.rate, perSecond: wish.rates.get(route.id) ?? route.rate.perSecond },
  }))
  return {
    config: { creditors, ladders, routes, templates, locales, delivery },
    ...(wish.packs === undefined
      ? {
          packs: config.packs,
          packWish: { named: null, also: [...config.policies.house], without: config.policies.without ?? [] },
        }
      : packChoice(wish.packs, config)),
    ladder: wish.ladder === undefined ? null : ladderChoice(wish.ladder, config),
    from: wish.from,
    to: wish.from + wish.days * DAY,
    payRate: wish.payRate,
    seed: wish.seed,
  }
}

const bad = (message: string, hint: string): DecorumError => new DecorumError('DECORUM_BAD_INPUT', message, { hint })
