import { createHash } from 'node:crypto'
import type { CompiledPack } from '../../decide/packs.ts'
import type { PlannedReceipt } from '../../deliver/capture.ts'
import type { AttemptKey } from '../../deliver/provider.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Ladder } from '../../model/ladder.ts'
import type { Route } from '../../model/route.ts'
import type { CarriedBlocks } from '../../model/template.ts'
import { DAY, type Instant } from '../../model/time.ts'
import type { Channel } from '../../model/vocabulary.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import type { PlanningAccount } from '../../record/planning.ts'
import type { SimulatedRecipient } from './simulated-recipient.ts'
import type { RenderSimulated } from './simulated-words.ts'

/** The rules, receipts and payments under which a portfolio is simulated. */
export interface SimulationRules {
  readonly creditors: ReadonlyMap<string, Creditor>
  readonly routes: readonly Route[]
  readonly packs: readonly CompiledPack[]
  /** The ladder that this account climbs. */
  readonly ladderOf: (account: PlanningAccount) => Ladder
  readonly words: RenderSimulated
  /** Milliseconds within which a repeat is not sent; see `repeatedMessage`. */
  readonly sameWordsWithin: number
  /** Countries whose landlines take SMS; absent: none. */
  readonly smsToLandlines?: readonly string[]
  /** Which blocks the text carries that this recipient would be sent. */
  readonly carries: (
    reminder: Pick<FencedReminder, 'template' | 'channel' | 'tone'>,
    recipient: { locale: string | null },
    creditor: Creditor | undefined,
  ) => CarriedBlocks | null
  /** The receipts of an attempt, and how long after it each comes. */
  readonly receipts: (channel: Channel, attempt: AttemptKey) => readonly PlannedReceipt[]
  /** When this account is paid in full; null: never. */
  readonly paysAt: (recipient: SimulatedRecipient, accountId: string) => Instant | null
}

/** The simulated period, `to` exclusive. */
export interface SimulatedPeriod {
  from: Instant
  to: Instant
}

/**
 * When is this account paid, if this share of all unpaid accounts is paid each day?
 *
 * Drawn from the names alone: the same account under the same seed is paid at the same instant
 * under any ladder, so that two versions are compared on the same payments.
 *
 * @param rate  share of unpaid accounts that are paid within a day, 0 to below 1
 * @returns     null: never
 */
export function drawPayment(names: string, rate: number, seed: number, from: Instant): Instant | null {
  if (rate <= 0) return null
  const draw = createHash('sha256').update(`${seed}/paid/${names}`).digest().readUInt32BE(0) / 2 ** 32
  return from + Math.ceil(((Math.log1p(-draw) / Math.log1p(-rate)) * DAY) / 1000) * 1000
}

/** Messages that fall due together with one deadline. */
export interface DueGroup {
  /** Seconds since 1970. */
  second: number
  /** Seconds since 1970; Infinity: none. */
  deadline: number
  messages: number
  units: number
}

/** The load figures of a queue that drains at a steady rate. */
interface Drained {
  peak: { units: number; at: Instant } | null
  busiestHourPerSecond: number
  longestWaitSeconds: number
  /** In units. */
  longestQueue: number
  /** Messages. */
  tooLate: number
}

/**
 * How does a route drain the messages that fall due, at this many units a second?
 *
 * In order of due time, then earliest deadline first. Messages past their deadline take no capacity:
 * they would be decided again, and deferred.
 */
export function drain(due: readonly DueGroup[], unitsPerSecond: number): Drained {
  const bySecond = new Map<number, number>()
  const byHour = new Map<number, number>()
  const drained: Drained = { peak: null, busiestHourPerSecond: 0, longestWaitSeconds: 0, longestQueue: 0, tooLate: 0 }
  let freeAt = -Infinity
  for (const { second, deadline, messages, units } of [...due].sort(
    (a, b) => a.second - b.second || a.deadline - b.deadline,
  )) {
    const here = (bySecond.get(second) ?? 0) + units
    bySecond.set(second, here)
    if (drained.peak === null || here > drained.peak.units) drained.peak = { units: here, at: second * 1000 }
    const hour = Math.floor(second / 3600)
    byHour.set(hour, (byHour.get(hour) ?? 0) + units)
    const begins = Math.max(second, freeAt)
    const inTime = Math.min(units, Math.max(0, Math.floor((deadline - begins) * unitsPerSecond)))
    drained.tooLate += messages - Math.floor(messages * (units === 0 ? 1 : inTime / units))
    if (inTime === 0) continue
    freeAt = begins + inTime / unitsPerSecond
    drained.longestWaitSeconds = Math.max(drained.longestWaitSeconds, freeAt - second)
    drained.longestQueue = Math.max(drained.longestQueue, (freeAt - second) * unitsPerSecond)
  }
  drained.busiestHourPerSecond = Math.max(0, ...[...byHour.values()].map((units) => units / 3600))
  drained.longestWaitSeconds = Math.round(drained.longestWaitSeconds)
  drained.longestQueue = Math.round(drained.longestQueue)
  return drained
}
