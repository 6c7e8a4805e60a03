import type { SimulationReport } from './simulation-report.ts'

/** Two versions simulated over the same portfolio, on the same luck. */
export interface SimulationComparison {
  /** What differs between them, in words: `ladder=softer.yaml`. */
  compared: string
  base: SimulationReport
  other: SimulationReport
  differences: Difference[]
}

export interface Difference {
  /** Which figure: `sent`, `sent by sms`, `deferred by us-reg-f/contact-window`, … */
  figure: string
  base: number
  other: number
  /** `other` less `base`. */
  change: number
}

/** Which figures do two simulations differ in? Those that are equal are left out, except the totals. */
export function compareSimulations(compared: string, base: SimulationReport, other: SimulationReport): SimulationComparison {
  const [a, b] = [figuresOf(base), figuresOf(other)]
  const totals = new Set(Object.keys(base.totals))
  const differences = [...new Set([...a.keys(), ...b.keys()])].map((figure): Difference => {
    const [before, after] = [a.get(figure) ?? 0, b.get(figure) ?? 0]
    return { figure, base: before, other: after, change: Math.round((after - before) * 1000) / 1000 }
  })
  return { compared, base, other, differences: differences.filter(({ figure, change }) => change !== 0 || totals.has(figure)) }
}

function figuresOf(report: SimulationReport): Map<string, number> {
  const figures = new Map<string, number>()
  const add = (figure: string, by: number): void => void figures.set(figure, (figures.get(figure) ?? 0) + by)
  for (const [name, value] of Object.entries(report.totals)) if (value !== null) add(name, value)
  for (const { channel, count } of report.sent) add(`sent by ${channel}`, count)
  for (const { tone, count } of report.sent) add(`sent in tone ${tone}`, count)
  for (const { verdict, rule, binding } of report.objections) add(`${verdict === 'defer' ? 'deferred' : 'refused'} by ${rule}`, binding)
  for (const { rule, atLimit } of report.caps) add(`people at the limit of ${rule}`, atLimit)
  for (const { route, units, tooLate, longestWaitSeconds } of report.routes) {
    add(`units on ${route}`, units)
    add(`too late on ${route}`, tooLate)
    add(`longest wait on ${route}, seconds`, longestWaitSeconds)
  }
  for (const { reason, count } of report.leftOut) add(`steps left out: ${reason}`, count)
  return figures
}
