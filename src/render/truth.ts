import type { Tone } from '../model/tone.ts'
import type { RequirableFact, TemplateManifest } from '../model/template.ts'
import { toMinor, type Money } from '../model/money.ts'
import type { AccountWords, WordFacts } from '../model/word-facts.ts'
import { amountDue, type View } from './view.ts'

const PER_ACCOUNT: ReadonlySet<RequirableFact> = new Set<RequirableFact>(['masked', 'dueDate', 'daysPastDue', 'asOf', 'overdue', 'minimumDue', 'originalCreditor'])

/**
 * Which facts are missing before this tone's words would be true?
 *
 * What the manifest requires, and what holds for every template: nobody who owes nothing is
 * reminded, only gentle words speak to someone who is not overdue, and a final text's next step lies ahead.
 *
 * @returns  names of facts, never their values; empty when the words are true
 */
export function missingForTone(manifest: TemplateManifest, tone: Tone, facts: WordFacts, view: View): string[] {
  const missing = (manifest.requires[tone] ?? []).flatMap((fact) => missingFact(fact, facts, view))
  if (facts.accounts.length === 0) missing.push('accounts')
  for (const [index, account] of facts.accounts.entries()) missing.push(...untrue(account, tone).map((name) => `accounts[${index}].${name}`))
  return [...new Set(missing)]
}

function missingFact(fact: RequirableFact, facts: WordFacts, view: View): string[] {
  if (!PER_ACCOUNT.has(fact)) return Object.hasOwn(view, fact) ? [] : [fact]
  const accounts = view['accounts'] as View[]
  return facts.accounts.flatMap((_, index) => (Object.hasOwn(accounts[index] as View, fact) ? [] : [`accounts[${index}].${fact}`]))
}

function untrue(account: AccountWords, tone: Tone): string[] {
  const names: string[] = []
  const due = amountDue(account)
  if (due !== null && !isOwed(due)) names.push('overdue above zero')
  if (tone !== 'gentle' && account.daysPastDue !== null && account.daysPastDue < 1) names.push('daysPastDue above zero')
  if (tone === 'final' && account.nextStep !== null && account.asOf !== null && account.nextStep.date <= account.asOf) names.push('nextStep.date after asOf')
  return names
}

function isOwed(money: Money): boolean {
  try {
    return toMinor(money) > 0n
  } catch {
    return false
  }
}
