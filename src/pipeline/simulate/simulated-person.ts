import type { Channel } from '../../model/channel.ts'
import type { Instant } from '../../model/instant.ts'
import type { Kind, Mode } from '../../model/kind.ts'
import type { Tone } from '../../model/tone.ts'
import type { AccountRow, PersonRow } from '../../record/dispatch/decision-inputs.ts'
import type { PlanningPerson } from '../../record/planning/planning-inputs.ts'

/**
 * One person at one creditor, with everything that planning and deciding read.
 *
 * Plain data in the very forms in which the ledger gives it, so that the simulation asks the
 * core what production would ask. Holds no name and no words: only whether they are known.
 * A simulation changes it as it goes; bring a fresh one to each.
 */
export interface SimulatedPerson {
  /** The creditor's own id of the person: the same in every run, so that the same seed draws the same outcomes. */
  name: string
  planning: PlanningPerson
  row: PersonRow
  /** Every account that may be spoken of, by our id. */
  accounts: Record<string, SimulatedAccount>
  /** Does the creditor state a name? */
  named: boolean
  /** Reminders that wait already. */
  waiting: SimulatedReminder[]
}

/** An account as dispatch reads it; of its variables only the names. */
export type SimulatedAccount = Omit<AccountRow, 'reminderId' | 'lead' | 'spellId' | 'variables'> & { variableNames: string[] }

/** A reminder that is owed. */
export interface SimulatedReminder {
  channel: Channel
  fallbackChannels: Channel[]
  tone: Tone
  kind: Kind
  mode: Mode
  template: string
  rung: string | null
  route: string
  dueAt: Instant
  nextAt: Instant
  expiresAt: Date
  /** Lead first. */
  accounts: { accountId: string; spellId: string | null; pass: number; lead: boolean }[]
  tries: number
  /** The steps of the ladder that it carries out; each is planned anew when it is cancelled for another account's sake. */
  steps: { accountId: string; rung: string; pass: number }[]
  /** The last decision's signature, so that the same answer given again counts once. */
  decidedAs: string | null
}
