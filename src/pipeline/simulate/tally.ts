import { evaluationContext } from '../../decide/evaluation-context.ts'
import { compileCondition } from '../../decide/condition.ts'
import type { CompiledPack } from '../../decide/packs.ts'
import { compileCountWindow, isCounted } from '../../decide/shapes/cap.ts'
import type { EffectivePeriod } from '../../decide/effective-period.ts'
import { zoneTable, type ZoneTable } from '../../decide/zone-table.ts'
import type { Decision, ObjectionCode } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { DAY, fromDayNumber, HOUR, type Instant, NEVER } from '../../model/time.ts'
import type { HoldKind } from '../../model/vocabulary.ts'
import type { Lapse } from '../../plan/fallback.ts'
import type { SkipReason } from '../../plan/recipient-plan.ts'
import type { SimulatedRecipient, SimulatedReminder } from './simulated-recipient.ts'

/** Counts by name; names of several parts are joined by `|`. */
export type Counts = Map<string, number>

/** What all objections of a rule have in common. */
export interface RuleSeen {
  code: ObjectionCode
  rule: string
  pack: string
  version: string
  citation: string
  verified: boolean
}

/**
 * The counts of a simulation so far.
 *
 * Counts only, no individual's history: its size does not grow with the portfolio, it is plain data, and
 * tallies of different recipients can be added.
 */
export interface Tally {
  recipients: number
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
  /** rule@version | limit | most that one recipient used of it → recipients. */
  caps: Counts
  /** By rule@version. */
  rules: Map<string, RuleSeen>
}

export const emptyTally = (): Tally => ({
  recipients: 0,
  accounts: 0,
  sent: new Map(),
  load: new Map(),
  units: new Map(),
  objections: new Map(),
  ended: new Map(),
  leftOut: new Map(),
  steps: new Map(),
  handOffs: new Map(),
  paid: new Map(),
  caps: new Map(),
  rules: new Map(),
})

export const count = (counts: Counts, name: string, by = 1): void => void counts.set(name, (counts.get(name) ?? 0) + by)

const COUNTED = [
  'sent',
  'load',
  'units',
  'objections',
  'ended',
  'leftOut',
  'steps',
  'handOffs',
  'paid',
  'caps',
] as const

/** Adds another tally's counts to `sum`. */
export function addTally(sum: Tally, other: Tally): void {
  sum.recipients += other.recipients
  sum.accounts += other.accounts
  for (const name of COUNTED) for (const [key, by] of other[name]) count(sum[name], key, by)
  for (const [key, rule] of other.rules) sum.rules.set(key, rule)
}

const UTC = zoneTable('UTC') as ZoneTable

/**
 * Counts the events of one recipient into a tally.
 *
 * @param bookZone  steps for agents, hand-offs and payments are counted by day in this zone
 * @returns         `onEvent` for each event, `done` for the end of the period
 */
export function tallyEvents(
  tally: Tally,
  recipient: SimulatedRecipient,
  bookZone: string,
  readCaps: ReadCaps,
): { onEvent: OnEvent; done: () => void } {
  const book = zoneTable(bookZone) ?? UTC
  /** The most that was used of each cap at any one time. */
  const used = new Map<string, { limit: number; most: number }>()
  tally.recipients++
  tally.accounts += Object.keys(recipient.accounts).length

  const onEvent = (event: SimulatedEvent): void => {
    const day = (): string => fromDayNumber(book.dayAt(event.at))
    switch (event.kind) {
      case 'owed':
      case 'lapsed':
        return
      case 'decided':
        return countObjections(tally, event)
      case 'sent':
        return countSent(tally, event, used, readCaps)
      case 'ended':
        return count(tally.ended, `${event.as}|${event.reminder.channel}|${event.reason ?? ''}`)
      case 'left-out':
        return count(tally.leftOut, event.reason)
      case 'step-for-person':
        return count(tally.steps, `${day()}|${event.rung}`)
      case 'hand-off-proposed':
        return count(tally.handOffs, day())
      case 'paid':
        return count(tally.paid, day())
    }
  }
  return {
    onEvent,
    done: () => {
      for (const [cap, { limit, most }] of used) count(tally.caps, `${cap}|${limit}|${most}`)
    },
  }
}

function countObjections(tally: Tally, { decision }: Extract<SimulatedEvent, { kind: 'decided' }>): void {
  decision.reasons.forEach(({ code, rule, pack, version, citation, verified }, i) => {
    const key = `${rule}@${version}`
    if (!tally.rules.has(key)) tally.rules.set(key, { code, rule, pack, version, citation, verified })
    count(tally.objections, `${decision.verdict}|${key}|${i === 0 ? 'binding' : 'also'}`)
  })
}

function countSent(
  tally: Tally,
  { at, reminder, decision, facts, weight }: Extract<SimulatedEvent, { kind: 'sent' }>,
  used: Map<string, { limit: number; most: number }>,
  readCaps: ReadCaps,
): void {
  const zone = zoneTable(decision.candidateZones[0] ?? 'UTC') ?? UTC
  const local = at + zone.at(at).offset
  count(
    tally.sent,
    `${fromDayNumber(Math.floor(local / DAY))}|${Math.floor((local % DAY) / HOUR)}|${reminder.channel}|${reminder.tone}`,
  )
  const load = `${reminder.route}|${secondOf(at)}|${secondOf(Math.min(decision.until ?? Infinity, reminder.expiresAt))}`
  count(tally.load, load)
  count(tally.units, load, weight)
  for (const { rule, pack, version, citation, verified, limit, used: now } of readCaps(facts, at)) {
    const key = `${rule}@${version}`
    if (!tally.rules.has(key)) tally.rules.set(key, { code: 'cap_reached', rule, pack, version, citation, verified })
    const gauge = used.get(key)
    if (gauge === undefined || gauge.most < now) used.set(key, { limit, most: now })
  }
}

const secondOf = (at: Instant): number => Math.floor(at / 1000)

/** How far a cap is used once a contact is made. */
interface CapUse {
  /** `pack/rule`. */
  rule: string
  pack: string
  version: string
  citation: string
  verified: boolean
  limit: number
  used: number
}

/** How far is every cap that concerns a contact used once it is made? */
type ReadCaps = (facts: Facts, at: Instant) => CapUse[]

/**
 * Compiles the caps of these packs for reading their use.
 *
 * Counts as the cap itself does, in the candidate zone and for the account with the highest count; the contact
 * about to be made counts, regardless of its outcome.
 */
export function capReader(packs: readonly CompiledPack[]): ReadCaps {
  const gauges = packs.flatMap((compiled) =>
    compiled.pack.rules.flatMap((rule) =>
      rule.shape === 'cap' && rule.status === 'on'
        ? [{ compiled, rule, concerns: compileCondition(rule.when), window: compileCountWindow(rule.window) }]
        : [],
    ),
  )
  const time: EffectivePeriod = { applies: true, until: NEVER }
  return (facts, at) => {
    const asked = evaluationContext(facts, at)
    const uses: CapUse[] = []
    for (const { compiled, rule, concerns, window } of gauges) {
      if (!rule.channels.includes(facts.reminder.channel) || !compiled.appliesTo(asked) || !concerns(asked)) continue
      compiled.inForce(asked, at, time)
      if (!time.applies) continue
      let used = 0
      for (const zone of asked.zones) used = Math.max(used, usedSince(facts, rule, window.since(zone, at)))
      uses.push({
        rule: `${compiled.pack.id}/${rule.id}`,
        pack: compiled.pack.id,
        version: compiled.pack.version,
        citation: rule.citation,
        verified: rule.verified !== 'no',
        limit: rule.limit,
        used: used + 1,
      })
    }
    return uses
  }
}

function usedSince(facts: Facts, rule: RuleOf<'cap'>, since: Instant): number {
  const counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const accounts = rule.key === 'account' ? facts.accounts.map(({ id }) => id) : [null]
  let most = 0
  for (const account of accounts) {
    let [full, unanswered] = [0, 0]
    for (const contact of facts.contacts) {
      if (
        contact.direction !== 'outbound' ||
        contact.at < since ||
        !isCounted(contact, counted, account, facts.address?.id ?? null)
      )
        continue
      if (rule.mode !== undefined && contact.mode !== null && contact.mode !== rule.mode) continue
      if (contact.outcome === 'no-answer') unanswered++
      else full++
    }
    most = Math.max(most, full + Math.max(0, unanswered - (rule.freeUnanswered ?? 0)))
  }
  return most
}

/** An event of a simulation. */
export type SimulatedEvent =
  /** `follows`: the reminder that it falls back from; null: planned. */
  | {
      kind: 'owed'
      at: Instant
      recipient: SimulatedRecipient
      reminder: SimulatedReminder
      follows: SimulatedReminder | null
    }
  | { kind: 'lapsed'; at: Instant; recipient: SimulatedRecipient; hold: HoldKind; lapse: Lapse }
  /** A decision that differs from the reminder's last one. */
  | { kind: 'decided'; at: Instant; recipient: SimulatedRecipient; reminder: SimulatedReminder; decision: Decision }
  /** `facts` as they were decided; `weight` in the route's unit: SMS segments, otherwise 1. */
  | {
      kind: 'sent'
      at: Instant
      recipient: SimulatedRecipient
      reminder: SimulatedReminder
      decision: Decision
      facts: Facts
      weight: number
    }
  /** The reminder ended without having been delivered. */
  | {
      kind: 'ended'
      at: Instant
      recipient: SimulatedRecipient
      reminder: SimulatedReminder
      as: 'refused' | 'expired' | 'cancelled' | 'failed'
      reason: string | null
    }
  | { kind: 'step-for-person'; at: Instant; recipient: SimulatedRecipient; rung: string }
  | { kind: 'hand-off-proposed'; at: Instant; recipient: SimulatedRecipient }
  | { kind: 'left-out'; at: Instant; recipient: SimulatedRecipient; rung: string; reason: SkipReason }
  | { kind: 'paid'; at: Instant; recipient: SimulatedRecipient; accountId: string }

export type OnEvent = (event: SimulatedEvent) => void
