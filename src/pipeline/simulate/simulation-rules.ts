import type { CompiledPack } from '../../decide/compiled-pack.ts'
import type { PlannedReceipt } from '../../deliver/capture/receipt-plan.ts'
import type { AttemptKey } from '../../deliver/provider.ts'
import type { Channel } from '../../model/channel.ts'
import type { CarriedBlocks } from '../../model/content-block.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Instant } from '../../model/instant.ts'
import type { Ladder } from '../../model/ladder.ts'
import type { Route } from '../../model/route.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import type { PlanningAccount } from '../../record/planning/planning-inputs.ts'
import type { SayWords } from './say-words.ts'
import type { SimulatedPerson } from './simulated-person.ts'

/** Under which rules, and with which luck, a portfolio is simulated. */
export interface SimulationRules {
  readonly creditors: ReadonlyMap<string, Creditor>
  readonly routes: readonly Route[]
  readonly packs: readonly CompiledPack[]
  /** The ladder that this account climbs. */
  readonly ladderOf: (account: PlanningAccount) => Ladder
  readonly words: SayWords
  /** Milliseconds within which the same is not told twice; see `dispatch/repeats.ts`. */
  readonly sameWordsWithin: number
  /** Countries whose landlines take SMS; absent: none. */
  readonly smsToLandlines?: readonly string[]
  /** What the words carry in which this person would be written to. */
  readonly carries: (reminder: Pick<FencedReminder, 'template' | 'channel' | 'tone'>, person: { locale: string | null }, creditor: Creditor | undefined) => CarriedBlocks | null
  /** What a provider would report of an attempt, and how long after it. */
  readonly receipts: (channel: Channel, attempt: AttemptKey) => readonly PlannedReceipt[]
  /** When this account is paid in full; null: not within sight. */
  readonly paysAt: (person: SimulatedPerson, accountId: string) => Instant | null
}

/** From when until when, `to` exclusive. */
export interface SimulatedPeriod {
  from: Instant
  to: Instant
}
