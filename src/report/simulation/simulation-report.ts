import type { Channel } from '../../model/channel.ts'
import type { ObjectionCode, Verdict } from '../../model/decision.ts'
import type { LocalDate } from '../../model/local-date.ts'
import type { Tone } from '../../model/tone.ts'

/** What a simulation came to, as `decorum simulate --json` prints it. Counts only: it names no person. */
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
    /** Decisions that put a message off, each distinct answer for a message once. */
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
  /** By the recipient's clock; where a person may be in several zones, by the first of them. */
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

/** How close people come to a cap. */
export interface CapHeadroom {
  rule: string
  pack: string
  version: string
  citation: string
  limit: number
  /** People to whom it applied when they were contacted. */
  people: number
  atLimit: number
  /** One contact short of it. */
  oneLeft: number
  /** The most that one person used of it, over the people, on average. */
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
