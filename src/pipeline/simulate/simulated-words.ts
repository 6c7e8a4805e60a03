import type { Locales } from '../../config/config.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Decision } from '../../model/decision.ts'
import { weightOf } from '../../model/message.ts'
import type { Template } from '../../model/template.ts'
import type { AccountForDecision } from '../../record/dispatch/decision-inputs.ts'
import { render } from '../../render/render.ts'
import { composeWords, wordsObjection, type WrittenBefore } from '../dispatch/words.ts'
import { localeChain } from '../../model/locale.ts'
import type { SimulatedRecipient, SimulatedReminder } from './simulated-recipient.ts'

/** What is to be put into words, and from which facts. */
interface WordsWanted {
  recipient: SimulatedRecipient
  reminder: SimulatedReminder
  creditor: Creditor
  accounts: readonly AccountForDecision[]
  daysPastDue: readonly (number | null)[]
  earlier: WrittenBefore
}

/** What is known of a message without sending it. */
export interface SaidWords {
  weight: number
  /**
   * Of the words with their own amounts and days and a stand-in for their name: of two messages to one person the same
   * exactly where the real ones are. Rendered only when asked for.
   */
  hash: () => string
}

/** How much would this message weigh, or why are there no true words for it? */
export type SayWords = (wanted: WordsWanted) => SaidWords | { objection: Decision }

/** Stands for whatever a person is called; no real name enters a simulation. */
const SOMEBODY = { name: '陈晓明', value: 'Example' }

/**
 * Renders each sort of message once.
 *
 * Whether words can be made turns on which facts are known and not on their values; the number of
 * SMS segments nearly so. Messages that know the same things are therefore taken to be alike.
 */
export function wordsOnce(templates: ReadonlyMap<string, Template>, locales: Locales): SayWords {
  const known = new Map<string, { weight: number } | { objection: Decision }>()
  return (wanted) => {
    const key = sortOf(wanted)
    let said = known.get(key)
    if (said === undefined) {
      said = say(templates, locales, wanted)
      known.set(key, said)
    }
    return 'objection' in said
      ? said
      : { weight: said.weight, hash: () => hashOf(say(templates, locales, wanted), wanted.reminder.id) }
  }
}

/** Where only the sort has words and this one message has not, it is like no other. */
const hashOf = (said: ReturnType<typeof say>, reminderId: string): string =>
  'objection' in said ? reminderId : said.hash

function sortOf({ recipient, reminder, accounts, daysPastDue, earlier }: WordsWanted): string {
  let key = `${reminder.template}|${reminder.channel}|${reminder.tone}|${recipient.row.creditor}|${recipient.row.locale}|${recipient.named}|${earlier.emails.length > 0}|${earlier.notices.length > 0}`
  accounts.forEach((account, i) => {
    const { factsForWords: facts } = account
    key +=
      `#${account.currency}|${account.referenceMasked !== null}|${account.dueDate !== null}|${Math.sign(daysPastDue[i] ?? NaN)}|${account.minimumDueMinor !== null}|` +
      `${facts['lateInterest']}|${facts['reportsToBureau']}|${typeof facts['originalCreditor']}|${kindOf(facts['nextStep'])}|${(recipient.accounts[account.id]?.variableNames ?? []).join()}`
  })
  return key
}

const kindOf = (nextStep: unknown): string =>
  typeof nextStep === 'object' && nextStep !== null && 'kind' in nextStep ? String(nextStep.kind) : ''

function say(
  templates: ReadonlyMap<string, Template>,
  locales: Locales,
  wanted: WordsWanted,
): { weight: number; hash: string } | { objection: Decision } {
  const { recipient, reminder, creditor, accounts } = wanted
  const template = templates.get(reminder.template)
  if (template === undefined)
    return { objection: wordsObjection({ kind: 'no-template', detail: `no template ${reminder.template}` }) }
  const names = accounts.flatMap((account) => recipient.accounts[account.id]?.variableNames ?? [])
  const words = composeWords({
    name: recipient.named ? SOMEBODY.name : null,
    creditor,
    accounts,
    daysPastDue: wanted.daysPastDue,
    variables: Object.fromEntries(names.map((name) => [name, SOMEBODY.value])),
    optOutUrl: null,
    earlier: wanted.earlier,
  })
  const result = render(template, words, {
    channel: reminder.channel,
    tone: reminder.tone,
    locales: localeChain([recipient.row.locale, creditor.defaults.locale], locales),
    registeredWith: null,
  })
  return result.ok
    ? { weight: weightOf(result.message), hash: result.hash }
    : { objection: wordsObjection(result.problem) }
}
