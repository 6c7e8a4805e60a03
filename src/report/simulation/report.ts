import type { ObjectionCode, Verdict } from '../../model/decision.ts'
import type { LocalDate } from '../../model/time.ts'
import type { Channel, Tone } from '../../model/vocabulary.ts'

/** The result of a simulation, as `decorum simulate --json` prints it. Counts only, no ids of recipients. */
export interface SimulationReport {
  /** What was simulated; the same answers give the same report. */
  of: {
    /** RFC 3339; `to` exclusive. */
    from: string
    to: string
    days: number
    seed: number
    /** Share of unpaid accounts that are paid within a day. */
    payRate: number
    people: number
    accounts: number
    ladders: { id: string; version: string }[]
    packs: { id: string; version: string }[]
  }
  totals: {
    sent: number
    /** Decisions that deferred a message, each distinct one for a message once. */
    deferred: number
    refused: number
    /** Messages that reached their deadline unsent, the ones a route could not carry in time included. */
    expired: number
    failed: number
    cancelled: number
    stepsForPeople: number
    handOffProposals: number
    accountsPaid: number
    /** Null: no prices were given. */
    cost: number | null
  }
  /** In the recipient's local time; with several possible zones, in the first. */
  sent: { day: LocalDate; hour: number; channel: Channel; tone: Tone; count: number }[]
  objections: ObjectionCount[]
  caps: CapHeadroom[]
  routes: RouteLoad[]
  ended: { as: string; channel: Channel; reason: string | null; count: number }[]
  /** Steps of the ladder that were not carried out, and why. */
  leftOut: { reason: string; count: number }[]
  /** By the creditor's books. */
  stepsForPeople: { day: LocalDate; rung: string; count: number }[]
  handOffProposals: { day: LocalDate; count: number }[]
}

/** How often a rule objected. */
export interface ObjectionCount {
  verdict: Exclude<Verdict, 'send'>
  code: ObjectionCode
  rule: string
  pack: string
  version: string
  citation: string
  verified: boolean
  /** Decisions in which it objected. */
  count: number
  /** Those in which it was named first: no other rule held longer. */
  binding: number
}

/** How close recipients come to a cap. */
export interface CapHeadroom {
  rule: string
  pack: string
  version: string
  citation: string
  limit: number
  /** Recipients to whom it applied when they were contacted. */
  people: number
  atLimit: number
  /** One contact short of it. */
  oneLeft: number
  /** The mean over recipients of the most that each used of it. */
  meanUse: number
}

/** What a route has to carry, against what it can. Units are SMS segments, otherwise messages. */
export interface RouteLoad {
  route: string
  channel: Channel
  messages: number
  units: number
  /** As configured. */
  perSecond: number
  /** What the gate lets through in the long run; for calls also what its lines allow. */
  sustainedPerSecond: number
  /** Units that fall due in the busiest second, and when. */
  peak: { units: number; at: string } | null
  /** Units that fall due in the busiest hour, as a rate. */
  busiestHourPerSecond: number
  /** The longest time from falling due to going out. */
  longestWaitSeconds: number
  longestQueue: number
  /** Messages whose turn would come after their hours had closed or their deadline had passed. */
  tooLate: number
  cost: number | null
}

/** Two versions simulated over the same portfolio with the same random draws. */
export interface SimulationComparison {
  /** What differs between them, in words: `ladder=softer.yaml`. */
  compared: string
  base: SimulationReport
  other: SimulationReport
  differences: Difference[]
}

interface Difference {
  /** Which figure: `sent`, `sent by sms`, `deferred by us-reg-f/contact-window`, … */
  figure: string
  base: number
  other: number
  /** `other` less `base`. */
  change: number
}

/** Which figures do two simulations differ in? Those that are equal are left out, except the totals. */
export function compareSimulations(
  compared: string,
  base: SimulationReport,
  other: SimulationReport,
): SimulationComparison {
  const [a, b] = [figuresOf(base), figuresOf(other)]
  const totals = new Set(Object.keys(base.totals))
  const differences = [...new Set([...a.keys(), ...b.keys()])].map((figure): Difference => {
    const [before, after] = [a.get(figure) ?? 0, b.get(figure) ?? 0]
    return { figure, base: before, other: after, change: Math.round((after - before) * 1000) / 1000 }
  })
  return {
    compared,
    base,
    other,
    differences: differences.filter(({ figure, change }) => change !== 0 || totals.has(figure)),
  }
}

function figuresOf(report: SimulationReport): Map<string, number> {
  const figures = new Map<string, number>()
  const add = (figure: string, by: number): void => void figures.set(figure, (figures.get(figure) ?? 0) + by)
  for (const [name, value] of Object.entries(report.totals)) if (value !== null) add(name, value)
  for (const { channel, count } of report.sent) add(`sent by ${channel}`, count)
  for (const { tone, count } of report.sent) add(`sent in tone ${tone}`, count)
  for (const { verdict, rule, binding } of report.objections)
    add(`${verdict === 'defer' ? 'deferred' : 'refused'} by ${rule}`, binding)
  for (const { rule, atLimit } of report.caps) add(`people at the limit of ${rule}`, atLimit)
  for (const { route, units, tooLate, longestWaitSeconds } of report.routes) {
    add(`units on ${route}`, units)
    add(`too late on ${route}`, tooLate)
    add(`longest wait on ${route}, seconds`, longestWaitSeconds)
  }
  for (const { reason, count } of report.leftOut) add(`steps left out: ${reason}`, count)
  return figures
}
