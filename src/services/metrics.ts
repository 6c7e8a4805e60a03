import { Gauge, Registry } from 'prom-client'
import { calendarAlarms } from '../pipeline/audit/due-for-review.ts'
import { counters } from '../pipeline/counters.ts'
import type { PermitRules } from '../pipeline/permits.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { failureForLog } from '../model/log-events.ts'
import { processesAtWork } from '../record/processes.ts'
import { standingCounts } from '../record/timeline.ts'

/** Metrics in the Prometheus text format. */
export interface MetricsService {
  /** This process's counters and the ledger's gauges; the gauges are left out while the ledger does not answer. */
  measurements(): Promise<string>
}

export function metricsService(
  runtime: Pick<Runtime, 'ledger' | 'clock' | 'config' | 'log'>,
  rules: Pick<PermitRules, 'packs'>,
): MetricsService {
  const routes = runtime.config.routes.map((route) => route.id)
  return {
    async measurements() {
      const standing = new Registry()
      const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
        new Gauge({ name, help, labelNames, registers: [standing] })
      const calendars = gauge(
        'decorum_calendar_days_left',
        'Days until the first that a calendar in use does not know, by calendar and year; negative: it has begun. Only from sixty days before.',
        ['calendar', 'year'],
      )
      for (const { calendar, year, daysLeft } of calendarAlarms(rules.packs, runtime.clock.now()))
        calendars.set({ calendar, year }, daysLeft)
      try {
        const counts = await standingCounts(runtime.ledger.db, routes, new Date(runtime.clock.now()))
        const queued = gauge('decorum_queued', 'Reminders rung and not yet taken, by route.', ['route'])
        for (const route of routes) queued.set({ route }, counts.queued.find((one) => one.route === route)?.count ?? 0)
        const lag = gauge(
          'decorum_lag_seconds',
          'How long the reminder that is most overdue has been waiting, by route.',
          ['route'],
        )
        for (const { route, seconds } of counts.lag) lag.set({ route }, seconds)
        gauge('decorum_sending', 'Attempts that are being handed over.').set(counts.sending)
        gauge(
          'decorum_words_versions',
          'Versions of words that the processes at work use; more than one: some have other templates or creditors than the rest.',
        ).set(new Set((await processesAtWork(runtime.ledger.db)).map((process) => process.words)).size)
        gauge('decorum_in_doubt', 'Attempts that may or may not have gone out and wait to be resolved.').set(
          counts.inDoubt,
        )
      } catch (error) {
        runtime.log.warn(
          { event: 'metrics.incomplete', ...failureForLog(error) },
          'metrics served without those of the ledger, which did not answer',
        )
      }
      return [await counters.metrics(), await standing.metrics()].filter((text) => text !== '').join('\n')
    },
  }
}
