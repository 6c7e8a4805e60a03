import type { Instant } from '../../model/instant.ts'
import type { LinkedAccount, OwedReminder } from '../../plan/owed-reminder.ts'
import type { AccountRow, PersonRow } from '../../record/dispatch/decision-inputs.ts'
import type { EarlierMessage } from '../../record/dispatch/earlier-messages.ts'
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
  /**
   * What we told them lately, oldest first. Of what the ledger tells the words were made with their name and their
   * variables, which a simulation does not have: only a reminder asked for directly is found to be repeated there.
   */
  earlier: EarlierMessage[]
}

/** A reminder that is owed from now on. */
export const newlyOwed = (owed: OwedReminder): SimulatedReminder => ({ ...owed, id: owed.uniqueKey, tries: 0, steps: [], decidedAs: null })

/** The account as it would be read now: its balance is taken to be renewed every night. Nothing where it is not known. */
export function accountRowNow(person: SimulatedPerson, { accountId, spellId, lead }: Omit<LinkedAccount, 'pass'>, now: Instant): AccountRow[] {
  const account = person.accounts[accountId]
  return account === undefined ? [] : [{ ...account, reminderId: '', lead, spellId, asOf: new Date(now), variables: null }]
}

/** An account as dispatch reads it; of its variables only the names. */
export type SimulatedAccount = Omit<AccountRow, 'reminderId' | 'lead' | 'spellId' | 'variables'> & { variableNames: string[] }

/** A reminder that is owed. */
export interface SimulatedReminder extends OwedReminder {
  /** As the ledger names it; its unique key where the simulation made it. */
  id: string
  tries: number
  /** The steps of the ladder that it carries out; each is planned anew when it is cancelled for another account's sake. */
  steps: { accountId: string; rung: string; pass: number }[]
  /** The last decision's signature, so that the same answer given again counts once. */
  decidedAs: string | null
}
