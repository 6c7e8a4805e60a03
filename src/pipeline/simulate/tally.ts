import type { ObjectionCode } from '../../model/decision.ts'

/** Counts by name; names of several parts are joined by `|`. */
export type Counts = Map<string, number>

/** What every objection of a rule says alike. */
export interface RuleSeen {
  code: ObjectionCode
  rule: string
  pack: string
  version: string
  citation: string
  verified: boolean
}

/**
 * What a simulation has come to so far.
 *
 * Counts only, nobody's doings: it stays small however many people there are, is plain data, and
 * tallies of different people add up.
 */
export interface Tally {
  people: number
  accounts: number
  /** day | hour | channel | tone, by the recipient's clock. */
  sent: Counts
  /** route | second | deadline (second; empty: none) → messages. */
  load: Counts
  /** The same in the route's unit. */
  units: Counts
  /** verdict | rule@version | binding or also → reminders' decisions. */
  objections: Counts
  /** as | channel | reason. */
  ended: Counts
  /** reason. */
  leftOut: Counts
  /** day | rung. */
  steps: Counts
  /** day. */
  handOffs: Counts
  /** day. */
  paid: Counts
  /** rule@version | limit | most that one person used of it → people. */
  caps: Counts
  /** By rule@version. */
  rules: Map<string, RuleSeen>
}

export const emptyTally = (): Tally => ({
  people: 0, accounts: 0, sent: new Map(), load: new Map(), units: new Map(), objections: new Map(), ended: new Map(), leftOut: new Map(),
  steps: new Map(), handOffs: new Map(), paid: new Map(), caps: new Map(), rules: new Map(),
})

export const count = (counts: Counts, name: string, by = 1): void => void counts.set(name, (counts.get(name) ?? 0) + by)

const COUNTED = ['sent', 'load', 'units', 'objections', 'ended', 'leftOut', 'steps', 'handOffs', 'paid', 'caps'] as const

/** Adds the other people's counts to these. */
export function addTally(sum: Tally, other: Tally): void {
  sum.people += other.people
  sum.accounts += other.accounts
  for (const name of COUNTED) for (const [key, by] of other[name]) count(sum[name], key, by)
  for (const [key, rule] of other.rules) sum.rules.set(key, rule)
}
