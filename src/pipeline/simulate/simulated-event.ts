import type { Decision } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import type { HoldKind } from '../../model/hold.ts'
import type { Instant } from '../../model/instant.ts'
import type { Lapse } from '../../plan/lapse.ts'
import type { SkipReason } from '../../plan/person-plan.ts'
import type { SimulatedPerson, SimulatedReminder } from './simulated-person.ts'

/** What happens in a simulation, as it happens. */
export type SimulatedEvent =
  /** `follows`: it takes the place of this one, which could not be carried; null: planned. */
  | { kind: 'owed'; at: Instant; person: SimulatedPerson; reminder: SimulatedReminder; follows: SimulatedReminder | null }
  | { kind: 'lapsed'; at: Instant; person: SimulatedPerson; hold: HoldKind; lapse: Lapse }
  /** A decision that differs from the reminder's last one. */
  | { kind: 'decided'; at: Instant; person: SimulatedPerson; reminder: SimulatedReminder; decision: Decision }
  /** `facts` as they were decided; `weight` in the route's unit: SMS segments, otherwise 1. */
  | { kind: 'sent'; at: Instant; person: SimulatedPerson; reminder: SimulatedReminder; decision: Decision; facts: Facts; weight: number }
  /** The reminder is over without having been delivered. */
  | { kind: 'ended'; at: Instant; person: SimulatedPerson; reminder: SimulatedReminder; as: 'refused' | 'expired' | 'cancelled' | 'failed'; reason: string | null }
  | { kind: 'step-for-person'; at: Instant; person: SimulatedPerson; rung: string }
  | { kind: 'hand-off-proposed'; at: Instant; person: SimulatedPerson }
  | { kind: 'left-out'; at: Instant; person: SimulatedPerson; rung: string; reason: SkipReason }
  | { kind: 'paid'; at: Instant; person: SimulatedPerson; accountId: string }

export type Tell = (event: SimulatedEvent) => void
