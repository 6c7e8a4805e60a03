import { bookDate } from '../../plan/book-time.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Instant } from '../../model/instant.ts'
import { fromMinor, type Money } from '../../model/money.ts'
import { nextStepSchema, type AccountWords, type WordFacts } from '../../model/word-facts.ts'
import type { AccountRow, PersonRow } from '../../record/dispatch/decision-inputs.ts'

/** What went out in writing before, newest last: emails of ours and notices that were reported. */
export interface WrittenBefore {
  emails: readonly Instant[]
  notices: readonly Instant[]
}

/** What has this person had in writing? Only what surely left us. */
export const writtenBefore = ({ contacts, events }: Pick<PersonRow, 'contacts' | 'events'>): WrittenBefore => ({
  emails: contacts.filter((c) => c.channel === 'email' && c.direction === 'outbound' && !c.otherPerson && (c.outcome === 'sent' || c.outcome === 'delivered')).map((c) => c.at),
  notices: events.filter((e) => e.type === 'notice').map((e) => e.at),
})

/** Variables with a meaning of their own; the others are the template's. */
const NAME_PARTS = ['givenName', 'familyName', 'honorific'] as const

/**
 * What may the words of this message be made of?
 *
 * Amounts and days are those of this moment, so a message never states a balance that the
 * decision did not see. A fact of the wrong type counts as not known, and is then not said.
 *
 * @param variables  the accounts' and the reminder's own, out of the vault, the reminder's winning
 */
export function composeWords(input: {
  name: string | null
  creditor: Creditor
  accounts: readonly AccountRow[]
  daysPastDue: readonly (number | null)[]
  variables: Record<string, string>
  optOutUrl: string | null
  earlier: WrittenBefore
}): WordFacts {
  const { creditor, variables } = input
  const lastDay = (instants: readonly Instant[]) => (instants.length === 0 ? null : bookDate(Math.max(...instants), creditor.bookZone))
  return {
    recipient: {
      name: input.name,
      givenName: variables.givenName ?? null,
      familyName: variables.familyName ?? null,
      honorific: variables.honorific ?? null,
    },
    creditor: creditor.words,
    accounts: input.accounts.map((account, i) => accountWords(account, input.daysPastDue[i] ?? null, creditor.bookZone)),
    earlierEmail: lastDay(input.earlier.emails),
    writtenNotice: lastDay([...input.earlier.emails, ...input.earlier.notices]),
    optOutUrl: input.optOutUrl,
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => !(NAME_PARTS as readonly string[]).includes(name))),
  }
}

function accountWords(account: AccountRow, daysPastDue: number | null, bookZone: string): AccountWords {
  const facts = account.factsForWords
  const nextStep = nextStepSchema.safeParse(facts.nextStep)
  return {
    masked: account.referenceMasked,
    dueDate: account.dueDate,
    daysPastDue,
    asOf: bookDate(account.asOf.getTime(), bookZone),
    overdue: money(account.overdueMinor, account.currency),
    minimumDue: account.minimumDueMinor === null ? null : money(account.minimumDueMinor, account.currency),
    originalCreditor: textOf(facts.originalCreditor),
    lateInterest: truthOf(facts.lateInterest),
    reportsToBureau: truthOf(facts.reportsToBureau),
    nextStep: nextStep.success ? nextStep.data : null,
  }
}

const money = (minor: number, currency: string): Money => fromMinor(BigInt(minor), currency)
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const truthOf = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)
