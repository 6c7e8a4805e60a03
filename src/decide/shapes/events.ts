import type { EventFacts } from '../../model/facts.ts'
import type { Case } from '../case.ts'

/** Which events a rule looks for. */
export interface WantedEvent {
  readonly event: string
  readonly kind?: string | undefined
}

/** Is it one of these, about this account or the whole person? */
export const isWanted = (event: EventFacts, wanted: WantedEvent, account: string): boolean =>
  event.type === wanted.event && (wanted.kind === undefined || event.kind === wanted.kind) && (event.account === null || event.account === account)

/** The events of one account, or null when the case does not state any history. */
export const eventsOf = (facts: Case, wanted: WantedEvent, account: string): EventFacts[] | null =>
  facts.facts.events === null ? null : facts.facts.events.filter((event) => isWanted(event, wanted, account))
