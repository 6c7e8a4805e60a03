import type { Creditor } from '../model/creditor.ts'
import type { Ladder } from '../model/ladder.ts'
import { REQUIRABLE_FACTS } from '../model/template.ts'
import type { PersonToPlan } from '../plan/person-to-plan.ts'
import type { PlanningAccount, PlanningPerson } from '../record/planning/planning-inputs.ts'

/**
 * What must the planner know about this person, in its own terms?
 *
 * Planning from the ledger and simulating ask the same way, so that both get the same plan.
 *
 * @param creditor  undefined where the configuration no longer has it
 * @param ladderOf  the ladder that the account's spell is pinned to
 */
export function toPlan(person: PlanningPerson, creditor: Creditor | undefined, ladderOf: (account: PlanningAccount) => Ladder): PersonToPlan {
  return {
    bookZone: creditor?.bookZone ?? 'UTC',
    bookCutOff: creditor?.bookCutOff ?? '00:00',
    channels: person.channels,
    lastCatchUpOn: person.caughtUpOn,
    lastConversationAt: person.lastConversationAt,
    stops: person.stops,
    accounts: person.accounts.map((account) => ({
      id: account.id,
      state: account.state,
      ladder: ladderOf(account),
      ladderVersion: account.ladderVersion,
      spell: {
        id: account.spellId, pass: account.pass, startedOn: account.startedOn, enteredAt: account.enteredAt,
        enteredDpd: account.enteredDpd, enteredBy: account.enteredBy,
      },
      dueDate: account.dueDate,
      statedDaysPastDue: account.statedDaysPastDue,
      overdueMinor: BigInt(account.overdueMinor),
      currency: account.currency,
      toleranceMinor: creditor?.doNotChaseBelow[account.currency] ?? 0n,
      graceDays: account.graceDays,
      autoDebit: account.autoDebit,
      riskBand: account.riskBand,
      handled: account.handled,
      lastToneSent: account.lastTone,
      firstMessageAt: account.firstMessageAt,
      nextMessageAt: account.nextMessageAt,
      lastMessageAt: account.lastMessageAt,
      holds: person.holds.filter((hold) => hold.account === null || hold.account === account.id),
      events: person.events.filter((event) => event.account === null || event.account === account.id),
      availableFacts: availableFacts({ ...account.factsForWords, earlierEmail: person.lastEmailAt }),
      notBefore: account.notBefore,
      toneCeiling: account.toneCeiling,
    })),
  }
}

/** A fact for words is known when it is stated either way; a check at the gate only when it was passed. */
function availableFacts(facts: Record<string, unknown>): string[] {
  const words: readonly string[] = REQUIRABLE_FACTS
  return Object.entries(facts)
    .filter(([name, value]) => value !== null && (value !== false || words.includes(name)))
    .map(([name]) => name)
}
