import { Gauge, Registry } from 'prom-client'
import type { PermitRules } from '../../pipeline/permits/ask-permit.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { processesAtWork } from '../../record/processes.ts'
import { standingCounts } from '../../record/reading/standing-counts.ts'
import { calendarAlarms } from '../audit/due-for-review.ts'
import { counters } from '../../report/counters.ts'

/** What can be measured from outside, in the Prometheus text format. */
export interface Measuring {
  /** This process's counters, and what stands in the ledger now; the latter are left out while the ledger does not answer. */
  measurements(): Promise<string>
}

export function measuring(shell: Pick<Shell, 'ledger' | 'clock' | 'config' | 'log'>, rules: Pick<PermitRules, 'packs'>): Measuring {
  const routes = shell.config.routes.map((route) => route.id)
  return {
    async measurements() {
      const standing = new Registry()
      const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) => new Gauge({ name, help, labelNames, registers: [standing] })
      const calendars = gauge('decorum_calendar_days_left', 'Days until the first that a calendar in use does not know, by calendar and year; negative: it has begun. Only from sixty days before.', ['calendar', 'year'])
      for (const { calendar, year, daysLeft } of calendarAlarms(rules.packs, shell.clock.now())) calendars.set({ calendar, year }, daysLeft)
      try {
        const counts = await standingCounts(shell.ledger.db, routes, new Date(shell.clock.now()))
        const queued = gauge('decorum_queued', 'Reminders rung and not yet taken, by route.', ['route'])
        for (const route of routes) queued.set({ route }, counts.queued.find((one) => one.route === route)?.count ?? 0)
        const lag = gauge('decorum_lag_seconds', 'How long the reminder that is most overdue has been waiting, by route.', ['route'])
        for (const { route, seconds } of counts.lag) lag.set({ route }, seconds)
        gauge('decorum_sending', 'Attempts that are being handed over.').set(counts.sending)
        gauge('decorum_words_versions', 'Versions of words that the processes at work use; more than one: some have other templates or creditors than the rest.')
          .set(new Set((await processesAtWork(shell.ledger.db)).map((process) => process.words)).size)
        gauge('decorum_in_doubt', 'Attempts that may or may not have gone out and wait to be resolved.').set(counts.inDoubt)
      } catch (error) {
        shell.log.warn({ event: 'metrics.incomplete', code: (error as { code?: unknown }).code }, 'metrics served without those of the ledger, which did not answer')
      }
      return [await counters.metrics(), await standing.metrics()].filter((text) => text !== '').join('\n')
    },
  }
}
