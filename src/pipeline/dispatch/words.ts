import type { Config } from '../../config/config.ts'
import type { CompiledPack } from '../../decide/packs.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Decision } from '../../model/decision.ts'
import type { Facts, SystemFacts } from '../../model/facts.ts'
import { localeChain } from '../../model/locale.ts'
import { fromMinor, type Money } from '../../model/money.ts'
import type { CarriedBlocks } from '../../model/template.ts'
import type { Instant } from '../../model/time.ts'
import { type AccountTemplateFacts, nextStepSchema, type TemplateFacts } from '../../model/template-facts.ts'
import { bookDate } from '../../plan/book-time.ts'
import type { AccountForDecision, EarlierMessage, RecipientForDecision } from '../../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import { carriedBlocks } from '../../render/carried-blocks.ts'
import { repeatOf } from './after-decision.ts'
import { decideForCall } from './facts.ts'

/** What went out in writing before, newest last: emails of ours and notices that were reported. */
export interface WrittenBefore {
  emails: readonly Instant[]
  notices: readonly Instant[]
}

/** What has this person had in writing? Only what surely left us. */
export const writtenBefore = ({
  contacts,
  events,
}: Pick<RecipientForDecision, 'contacts' | 'events'>): WrittenBefore => ({
  emails: contacts
    .filter(
      (c) =>
        c.channel === 'email' &&
        c.direction === 'outbound' &&
        !c.otherRecipient &&
        (c.outcome === 'sent' || c.outcome === 'delivered'),
    )
    .map((c) => c.at),
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
  accounts: readonly AccountForDecision[]
  daysPastDue: readonly (number | null)[]
  variables: Record<string, string>
  optOutUrl: string | null
  earlier: WrittenBefore
}): TemplateFacts {
  const { creditor, variables } = input
  const lastDay = (instants: readonly Instant[]) =>
    instants.length === 0 ? null : bookDate(Math.max(...instants), creditor.bookZone)
  return {
    recipient: {
      name: input.name,
      givenName: variables.givenName ?? null,
      familyName: variables.familyName ?? null,
      honorific: variables.honorific ?? null,
    },
    creditor: creditor.words,
    accounts: input.accounts.map((account, i) =>
      accountWords(account, input.daysPastDue[i] ?? null, creditor.bookZone),
    ),
    earlierEmail: lastDay(input.earlier.emails),
    writtenNotice: lastDay([...input.earlier.emails, ...input.earlier.notices]),
    optOutUrl: input.optOutUrl,
    variables: Object.fromEntries(
      Object.entries(variables).filter(([name]) => !(NAME_PARTS as readonly string[]).includes(name)),
    ),
  }
}

function accountWords(account: AccountForDecision, daysPastDue: number | null, bookZone: string): AccountTemplateFacts {
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

/** The locales in which this person is written to, the best first. */
export const localesFor = (
  config: Pick<Config, 'locales'>,
  recipient: { locale: string | null },
  creditor: Creditor,
): string[] => localeChain([recipient.locale, creditor.defaults.locale], config.locales)

/**
 * What do the words carry in which this reminder would go out?
 *
 * @returns  null where that is not for us to say: no such words, or a vendor's approved text goes out instead
 */
export function carriedWords(
  config: Pick<Config, 'locales' | 'templates'>,
  reminder: Pick<FencedReminder, 'template' | 'channel' | 'tone'>,
  recipient: { locale: string | null },
  creditor: Creditor | undefined,
  forms: readonly string[],
): CarriedBlocks | null {
  const template = config.templates.get(reminder.template)
  if (template === undefined || creditor === undefined || !forms.includes('text')) return null
  return carriedBlocks(template, {
    channel: reminder.channel,
    tone: reminder.tone,
    locales: localesFor(config, recipient, creditor),
  })
}

/** A reminder, asked about together with its words. */
export interface WordsQuestion<Words> {
  facts: Facts
  packs: readonly CompiledPack[]
  now: Instant
  recipientId: string
  /** What this recipient, and others, were told since `since`. */
  earlier: { since: Instant; messages: readonly EarlierMessage[] }
  /** Renders it, or says why there are no true words. Asked only where the answer turns on the words. */
  render: () => Words | { objection: Decision }
  /** What it would tell with these words. */
  messageOf: (words: Words) => EarlierMessage
}

/** `tells`: with what later reminders are compared; null: with nothing. `facts`: those of the decision, with what the words have shown. */
export type WordsDecision<Words> =
  | { goes: true; decision: Decision; words: Words; tells: EarlierMessage | null }
  | { goes: false; decision: Decision; decidedFor: Instant; facts: Facts }

/**
 * May this reminder go now, with the words that it would have?
 *
 * What tells the same as an earlier message is over at once, and does not wait first for a cap or a spacing; only then
 * are the words of what waits needed. It is decided again with what the words have shown, so that the
 * kept facts give the same decision.
 */
export function decideWithWords<Words extends object>(question: WordsQuestion<Words>): WordsDecision<Words> {
  const { facts, packs, now, earlier } = question
  const { decision, decidedFor } = decideForCall(facts, packs, now)
  const waits = decision.verdict === 'defer'
  if (decision.verdict === 'refuse' || (waits && !mayRepeat(question)))
    return { goes: false, decision, decidedFor, facts }
  const words = question.render()
  if ('objection' in words) return { goes: false, decision: waits ? decision : words.objection, decidedFor, facts }
  const tells = isComparable(facts) ? question.messageOf(words) : null
  const repeated = tells === null ? null : repeatOf(tells, earlier.messages, earlier.since)
  if (repeated !== null) {
    const shown: Facts = {
      ...facts,
      system: {
        ...(facts.system as SystemFacts),
        sameWordsAs: { reminderId: repeated.reminderId, at: repeated.at.getTime() },
      },
    }
    return { goes: false, ...decideForCall(shown, packs, now), facts: shown }
  }
  if (waits) return { goes: false, decision, decidedFor, facts }
  return { goes: true, decision, words, tells }
}

/** Only reminders are: what people asked for, or the law demands, is told as often as it comes. */
const isComparable = ({ reminder }: Facts): boolean => reminder.kind === 'reminder'

const mayRepeat = <Words>({ facts, recipientId, earlier }: WordsQuestion<Words>): boolean =>
  isComparable(facts) &&
  earlier.messages.some((message) => message.recipientId === recipientId && message.channel === facts.reminder.channel)
