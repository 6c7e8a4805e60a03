import { LRUCache } from 'lru-cache'
import type { Config } from '../../config/config.ts'
import type { CompiledPack } from '../../decide/packs.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Decision, ObjectionCode } from '../../model/decision.ts'
import type { Facts, SystemFacts } from '../../model/facts.ts'
import { localeChain } from '../../model/locale.ts'
import { fromMinor, type Money } from '../../model/money.ts'
import type { CarriedBlocks } from '../../model/template.ts'
import type { Instant } from '../../model/time.ts'
import { type AccountTemplateFacts, nextStepSchema, type TemplateFacts } from '../../model/template-facts.ts'
import { ZONE_DATA_VERSION } from '../../model/zones/zone-data.ts'
import { bookDate } from '../../plan/book-time.ts'
import type { AccountForDecision, EarlierMessage, RecipientForDecision } from '../../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import { carriedBlocks } from '../../render/carried-blocks.ts'
import type { RenderProblem } from '../../render/render-result.ts'
import { decideForCall } from './facts.ts'

const OBJECTION_CODES: Record<RenderProblem['kind'], ObjectionCode> = {
  'missing-facts': 'precondition_missing',
  'link-in-fact': 'content_unsafe',
  'not-registered': 'not_registered',
  'too-long': 'internal_error',
  'no-template': 'internal_error',
  fault: 'internal_error',
}

/** What was sent in writing before, newest last: our emails and the notices that were reported. */
export interface WrittenBefore {
  emails: readonly Instant[]
  notices: readonly Instant[]
}

/** What was this recipient sent in writing? Only emails that were accepted or delivered, and reported notices. */
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

/**
 * Which facts may the text of this message use?
 *
 * Amounts and days are those of the decision, so a message never states a balance that the
 * decision did not see. A fact of the wrong type counts as unknown and is left out.
 *
 * @param variables  decrypted variables of the accounts and of the reminder, the reminder's taking precedence
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
  const lastDay = (...instants: readonly Instant[]) =>
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
    earlierEmail: lastDay(...input.earlier.emails),
    writtenNotice: lastDay(...input.earlier.emails, ...input.earlier.notices),
    optOutUrl: input.optOutUrl,
    variables: templateVariables(variables),
  }
}

/** Variables that name the recipient; all others belong to the template. */
const NAME_PARTS: readonly string[] = ['givenName', 'familyName', 'honorific']

const templateVariables = (variables: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !NAME_PARTS.includes(name)))

function accountWords(account: AccountForDecision, daysPastDue: number | null, bookZone: string): AccountTemplateFacts {
  const facts = account.factsForWords
  // Few accounts have one, and parsing nothing costs an error with its stack.
  const nextStep = facts.nextStep == null ? null : nextStepSchema.safeParse(facts.nextStep)
  return {
    masked: account.referenceMasked,
    dueDate: account.dueDate,
    daysPastDue,
    asOf: bookDate(account.asOf.getTime(), bookZone),
    overdue: money(account.overdueMinor, account.currency),
    minimumDue: account.minimumDueMinor === null ? null : money(account.minimumDueMinor, account.currency),
    originalCreditor: textOf(facts.originalCreditor),
    lateInterest: booleanOf(facts.lateInterest),
    reportsToBureau: booleanOf(facts.reportsToBureau),
    nextStep: nextStep?.success === true ? nextStep.data : null,
  }
}

const money = (minor: number, currency: string): Money => fromMinor(BigInt(minor), currency)
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const booleanOf = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)

/** Chains by both locales: a creditor's recipients have few. */
const chains = new WeakMap<Config['locales'], LRUCache<string, readonly string[]>>()

/** The locales to write to this recipient in, in order of preference. */
export function localesFor(
  { locales }: Pick<Config, 'locales'>,
  recipient: { locale: string | null },
  creditor: Creditor,
): readonly string[] {
  let known = chains.get(locales)
  if (known === undefined) chains.set(locales, (known = new LRUCache({ max: 1_000 })))
  const key = `${recipient.locale} ${creditor.defaults.locale}`
  let chain = known.get(key)
  if (chain === undefined) known.set(key, (chain = localeChain([recipient.locale, creditor.defaults.locale], locales)))
  return chain
}

/**
 * Which blocks does the text that this reminder would be sent with carry?
 *
 * @returns  null where it cannot be known: no such text, or a vendor's approved text goes out instead
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

/** What `decideWithWords` decides on: a reminder together with its text. */
export interface WordsQuestion<Words> {
  facts: Facts
  packs: readonly CompiledPack[]
  now: Instant
  recipientId: string
  /** Messages to this recipient and others since `since`. */
  earlier: { since: Instant; messages: readonly EarlierMessage[] }
  /** Renders the message, or refuses it. Called only where the decision depends on the text. */
  render: () => Words | { objection: Decision }
  /** The message in the form in which later ones are compared with it. */
  messageOf: (words: Words) => EarlierMessage & Pick<Outgoing, 'plainHash'>
}

/** `comparable`: what later reminders are compared with; null: nothing. `facts`: those decided on, with the repeat that was found. */
export type WordsDecision<Words> =
  | { goes: true; decision: Decision; words: Words; comparable: EarlierMessage | null }
  | { goes: false; decision: Decision; decidedFor: Instant; facts: Facts }

/**
 * May this reminder be sent now, with the text it would have?
 *
 * A repeat of an earlier message is refused at once rather than waiting for a cap or a spacing first; only where there
 * may be one is a deferred reminder rendered. A repeat is added to the facts and decided again, so that the recorded
 * facts give the recorded decision.
 */
export function decideWithWords<Words extends object>(question: WordsQuestion<Words>): WordsDecision<Words> {
  const { facts, packs, now, earlier } = question
  const { decision, decidedFor } = decideForCall(facts, packs, now)
  const waits = decision.verdict === 'defer'
  if (decision.verdict === 'refuse' || (waits && !mayRepeat(question)))
    return { goes: false, decision, decidedFor, facts }
  const words = question.render()
  if ('objection' in words) return { goes: false, decision: waits ? decision : words.objection, decidedFor, facts }
  const comparable = isComparable(facts) ? question.messageOf(words) : null
  const repeated = comparable === null ? null : repeatedMessage(comparable, earlier.messages, earlier.since)
  if (repeated !== null) {
    const withRepeat: Facts = {
      ...facts,
      system: {
        ...(facts.system as SystemFacts),
        sameWordsAs: { reminderId: repeated.reminderId, at: repeated.at.getTime() },
      },
    }
    return { goes: false, ...decideForCall(withRepeat, packs, now), facts: withRepeat }
  }
  if (waits) return { goes: false, decision, decidedFor, facts }
  return { goes: true, decision, words, comparable }
}

/** Only reminders are: requested information and legal notices are sent as often as they come. */
const isComparable = ({ reminder }: Facts): boolean => reminder.kind === 'reminder'

const mayRepeat = <Words>({ facts, recipientId, earlier }: WordsQuestion<Words>): boolean =>
  isComparable(facts) &&
  earlier.messages.some((message) => message.recipientId === recipientId && message.channel === facts.reminder.channel)

/** A rendered reminder, about to be reserved. `plainHash`: as an earlier build stored it, without a key. */
type Outgoing = Omit<EarlierMessage, 'at'> & { plainHash?: string }

/**
 * Which earlier message does this reminder repeat? The first of them; null: none.
 *
 * A repeat has the same channel and lies within the period. If both come from ladders, or both were asked for directly,
 * it has the same words about the same accounts: two steps of one ladder with different words are two reminders.
 * Between the two origins, which do not know of each other, any message about the same accounts is a repeat.
 */
export function repeatedMessage(
  outgoing: Outgoing,
  earlier: readonly EarlierMessage[],
  since: Instant,
): EarlierMessage | null {
  return (
    earlier.find(
      (message) =>
        message.reminderId !== outgoing.reminderId &&
        message.recipientId === outgoing.recipientId &&
        message.live === outgoing.live &&
        message.channel === outgoing.channel &&
        message.at.getTime() > since &&
        (message.origin === outgoing.origin
          ? covers(message, outgoing) &&
            covers(outgoing, message) &&
            (message.messageHash === outgoing.messageHash || message.messageHash === outgoing.plainHash)
          : covers(message, outgoing)),
    ) ?? null
  )
}

/** Whose earlier messages must be read? Recipients whom we have contacted on the reminder's channel since then. */
export const recipientsContactedSince = (
  fenced: readonly FencedReminder[],
  recipients: ReadonlyMap<string, RecipientForDecision>,
  since: Instant,
): string[] => [
  ...new Set(
    fenced
      .filter(
        (reminder) =>
          reminder.kind === 'reminder' &&
          recipients
            .get(reminder.recipientId)
            ?.contacts.some(
              (contact) =>
                contact.by === 'decorum' &&
                !contact.otherRecipient &&
                contact.channel === reminder.channel &&
                contact.at > since,
            ),
      )
      .map((reminder) => reminder.recipientId),
  ),
]

const covers = (message: Pick<Outgoing, 'accountIds'>, other: Pick<Outgoing, 'accountIds'>): boolean =>
  other.accountIds.every((id) => message.accountIds.includes(id))

/**
 * The refusal of a reminder that may be sent but cannot be rendered correctly.
 *
 * A message is withheld rather than sent with a gap or a wrong figure; the rule names the
 * problem, and facts that are missing or contain a link by name, never by value.
 */
export function wordsObjection(problem: RenderProblem): Decision {
  const rule =
    problem.kind === 'missing-facts'
      ? `decorum/words/${problem.facts.join('+')}`
      : problem.kind === 'link-in-fact'
        ? `decorum/words/link-in/${[...new Set(problem.facts)].join('+')}`
        : `decorum/words/${problem.kind}`
  return {
    verdict: 'refuse',
    until: null,
    candidateZones: [],
    packs: [],
    zoneData: ZONE_DATA_VERSION,
    reasons: [
      {
        code: OBJECTION_CODES[problem.kind],
        rule,
        pack: 'decorum',
        version: '1',
        citation:
          problem.kind === 'link-in-fact'
            ? `Decorum: no name or other fact puts a link into a message; correct ${[...new Set(problem.facts)].join(', ')} upstream`
            : 'Decorum: words are sent whole and true, or not at all',
        verified: true,
        until: null,
      },
    ],
  }
}
