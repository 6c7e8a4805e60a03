import { forecastRoutes } from '../../pipeline/forecast/forecast-routes.ts'
import type { PermitRules } from '../../pipeline/permits/ask-permit.ts'
import type { Actor, Shell } from '../../pipeline/shell.ts'
import type { ForecastView, RouteForecastView } from '../../report/forecast-view.ts'
import { forecastSentences } from '../../report/forecast-words.ts'
import { text, textOrNull } from '../reading/instants.ts'

/** When queues will be empty. */
export interface Forecasting {
  /**
   * When will each route's queue be empty, and how many will not make it today?
   *
   * A key of one creditor is told of that creditor's reminders.
   *
   * @param query.zone  whose day is today; absent: the creditor's book zone, or that of all creditors if they share one, otherwise UTC
   */
  forecast(actor: Actor, query: { zone?: string | undefined }): Promise<ForecastView>
}

export const forecasting = (shell: Shell, rules: Pick<PermitRules, 'packs'>): Forecasting => ({
  async forecast(actor, query) {
    const zone = query.zone ?? zoneOf(shell, actor)
    const { at, until, routes } = await forecastRoutes(shell, rules.packs, { creditor: actor.creditor, zone })
    const views = routes.map((one): RouteForecastView => ({
      ...one, emptyAt: textOrNull(one.emptyAt === null ? null : new Date(one.emptyAt)),
      ratePerSecond: (shell.config.routes.find((route) => route.id === one.route)?.rate.perSecond ?? 0) * (one.share / 100),
      unitsEach: rounded(one.unitsEach), callSeconds: one.callSeconds === null ? null : rounded(one.callSeconds),
    }))
    return { at: text(new Date(at)), until: text(new Date(until)), zone, routes: views, words: forecastSentences(zone, views) }
  },
})

const rounded = (value: number): number => Math.round(value * 100) / 100

function zoneOf({ config }: Pick<Shell, 'config'>, actor: Actor): string {
  const zones = new Set([...config.creditors].filter(([id]) => actor.creditor === null || id === actor.creditor).map(([, creditor]) => creditor.bookZone))
  const [only] = zones
  return zones.size === 1 && only !== undefined ? only : 'UTC'
}
