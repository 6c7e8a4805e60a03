import { CURABLE } from '../model/decision.ts'
import type { DecisionExplanation } from '../model/explanation.ts'
import type { AccountFacts, Facts } from '../model/facts.ts'
import { formatInstant, type Instant } from '../model/time.ts'
import { type AccountKnown, groundSections, objectionIn, reasonBasis } from './decision-words.ts'
import { onEveryClock, placesWords } from './local-time.ts'
import { consentName, type Telling } from './rule-words.ts'
import type { AttemptView, DecisionView, ReasonView, ReminderView } from './views/reminders.ts'
import { type Catalogue, catalogueOf, citationIn } from './words/catalogue.ts'
import { type Language, openWord } from './words/terms.ts'

/** The last decision, decided again: its explanation, or why there is none. */
export type AskedAgain =
  { explanation: DecisionExplanation; agrees: boolean } | { packsMissing: readonly string[] } | { erased: true }

interface Known {
  /** The facts of the last decision; null when nothing was decided yet, or the recipient was erased. */
  facts: Facts | null
  /** Null: no rule decided. */
  asked?: AskedAgain | null
  language?: Language
}

/**
 * Why was this reminder sent, deferred or not sent? In plain words, one line each.
 *
 * Every instant is given in every zone where the recipient may be, with UTC; every reason with its rule and citation. Has no
 * name, address or message text.
 */
export function explainReminder(reminder: ReminderView, { facts, asked = null, language = 'en' }: Known): string[] {
  const last = reminder.decisions.at(-1)
  const telling: Telling = { language, zones: last?.candidateZones ?? [] }
  const words = catalogueOf(language).reminder
  const accounts = facts?.accounts ?? []
  return [
    ...headLines(reminder, telling),
    ...(facts === null || last === undefined
      ? []
      : ['', words.knew, ...factLines(facts, telling.zones, Date.parse(last.at), language).map(item)]),
    '',
    words.decided,
    ...(reminder.decisions.length === 0
      ? [item(words.nothingYet)]
      : reminder.decisions.flatMap((decision) =>
          decisionLines(decision, language, decision === last ? accounts : [], decision === last ? asked : null),
        )),
    ...askedLines(asked, facts, telling),
    '',
    words.tried,
    ...(reminder.attempts.length === 0
      ? [item(words.noCall)]
      : reminder.attempts.flatMap((attempt) => attemptLines(attempt, telling))),
    '',
    words.inShort(conclusion(reminder, last, accounts, telling)),
  ]
}

const item = (text: string): string => `  - ${text}`
const detail = (text: string): string => `      ${text}`

function headLines(reminder: ReminderView, { zones, language }: Telling): string[] {
  const { reminder: words, terms } = catalogueOf(language)
  const lead = reminder.accountIds.length > 1 ? (reminder.accountIds[0] ?? null) : null
  const from =
    reminder.ladder === null
      ? words.direct
      : words.step(reminder.ladder.rung, reminder.ladder.id, reminder.ladder.version, lead)
  return [
    words.head(
      reminder.id,
      terms.message[reminder.channel],
      terms.tone[reminder.tone],
      terms.kind[reminder.kind],
      from,
    ),
    ...[
      words.ownerQuery(reminder.creditor, reminder.recipientId, reminder.accountIds),
      words.due(onEveryClock(reminder.dueAt, zones, language)),
      words.notAfter(onEveryClock(reminder.expiresAt, zones, language)),
      ...(reminder.follows === null ? [] : [words.follows(reminder.follows)]),
      ...(reminder.live ? [] : [words.testKey]),
    ].map((line) => `  ${line}`),
  ]
}

function decisionLines(
  decision: DecisionView,
  language: Language,
  accounts: readonly AccountKnown[],
  asked: AskedAgain | null,
): string[] {
  const { reminder: words } = catalogueOf(language)
  const zones = decision.candidateZones
  const again =
    decision.repeats > 1 ? words.again(decision.repeats, onEveryClock(decision.lastAt, zones, language)) : ''
  const bases = asked !== null && 'explanation' in asked && asked.agrees ? asked.explanation.rules : []
  return [
    item(`${onEveryClock(decision.at, zones, language)}: ${verdictWords(decision, language)}${again}`),
    ...decision.reasons.flatMap((reason, i) => [
      ...reasonLines(reason, { language, zones }, accounts),
      ...(bases[i]?.verdict === 'objects' && bases[i].rule === reason.rule
        ? reasonBasis(bases[i], { language, zones })
            .slice(1)
            .map((line) => detail(`    ${line}`))
        : []),
    ]),
    detail(
      words.packs(
        decision.packs.length === 0 ? null : decision.packs.map((pack) => `${pack.id} ${pack.version}`).join(', '),
        decision.zoneData,
      ),
    ),
  ]
}

function verdictWords({ verdict, until, candidateZones, reasons }: DecisionView, language: Language): string {
  const { reminder: words } = catalogueOf(language)
  const time = until === null ? null : onEveryClock(until, candidateZones, language)
  if (verdict === 'send') return words.send(time)
  if (verdict === 'defer') return words.wait(time)
  return waits(reasons) ? words.notNow : words.never
}

/** Can more facts lift every objection without an end? Then the reminder waits until its deadline. */
const waits = (reasons: readonly ReasonView[]): boolean =>
  reasons.length > 0 && reasons.every((reason) => reason.until !== null || CURABLE.has(reason.code))

function reasonLines(reason: ReasonView, { zones, language }: Telling, accounts: readonly AccountKnown[]): string[] {
  const { reminder: words } = catalogueOf(language)
  return [
    detail(
      words.because(
        objectionIn(language, reason.code, accounts, zones),
        reason.until === null ? null : onEveryClock(reason.until, zones, language),
      ),
    ),
    ...(reason.reminderId === undefined ? [] : [detail(`  ${words.inTheWay(reason.reminderId)}`)]),
    detail(
      words.rule(
        reason.rule,
        reason.pack,
        reason.version,
        citationIn(language, reason.rule, reason.citation),
        reason.verified,
        reason.code,
      ),
    ),
  ]
}

function askedLines(asked: AskedAgain | null, facts: Facts | null, telling: Telling): string[] {
  const { reminder: words, list } = catalogueOf(telling.language)
  if (asked === null) return []
  const lines =
    'erased' in asked
      ? [item(words.erased)]
      : 'packsMissing' in asked
        ? [item(words.missing(list(asked.packsMissing)))]
        : [
            ...(asked.agrees ? [] : [item(words.otherwise)]),
            ...groundSections(asked.explanation, facts, telling)
              .slice(1)
              .map((line) => (line === '' ? '' : `  ${line}`)),
          ]
  return lines.length === 0 ? [] : ['', words.asked, ...lines]
}

function attemptLines(attempt: AttemptView, { zones, language }: Telling): string[] {
  const { reminder: words, terms } = catalogueOf(language)
  const why = [attempt.rejection, attempt.code, attempt.detail].filter((part) => part !== null).join(', ')
  return [
    item(
      words.attempt(
        attempt.no,
        onEveryClock(attempt.reservedAt, zones, language),
        attempt.route,
        attempt.provider,
        terms.attempt[attempt.status],
        why,
      ),
    ),
    detail(words.template(attempt.template, attempt.templateVersion, attempt.locale, attempt.messageHash)),
    ...(attempt.providerRef === null ? [] : [detail(words.reference(attempt.providerRef))]),
    ...(attempt.resolvedBy === null ? [] : [detail(words.settledBy(attempt.resolvedBy))]),
    ...attempt.receipts.map((receipt) =>
      detail(
        words.receipt(
          terms.delivery[receipt.state],
          receipt.code,
          onEveryClock(receipt.receivedAt, zones, language),
          receipt.changed,
        ),
      ),
    ),
  ]
}

function conclusion(
  reminder: ReminderView,
  last: DecisionView | undefined,
  accounts: readonly AccountKnown[],
  { language, zones }: Telling,
): string {
  const words: Catalogue = catalogueOf(language)
  const say = words.reminder
  const binding = last?.reasons[0]
  const because =
    binding === undefined ? '' : say.becauseOf(objectionIn(language, binding.code, accounts, zones), binding.rule)
  switch (reminder.status) {
    case 'scheduled':
      return say.scheduled(because, onEveryClock(reminder.nextAt, zones, language), last !== undefined)
    case 'queued':
      return say.queued
    case 'sending':
      return say.sending
    case 'sent':
      return say.sent
    case 'delivered':
      return say.delivered
    case 'failed':
      return say.failed(endWords(reminder.endReason, words))
    case 'refused':
      return say.refused(because)
    case 'expired':
      return say.expired(because)
    case 'cancelled':
      return say.cancelled(endWords(reminder.endReason, words))
    case 'in_doubt':
      return say.inDoubt
  }
}

/** Why something ended: the text of a known reason, otherwise the reason as given. */
export function endWords(reason: string | null, { terms, original, reminder: say }: Catalogue): string | null {
  if (reason === null || reason === '') return null
  const [, actor] = /^asked by (.+)$/.exec(reason) ?? []
  if (actor !== undefined) return say.askedBy(actor)
  if (Object.hasOwn(terms.objection, reason)) return terms.objection[reason as keyof typeof terms.objection]
  return Object.hasOwn(terms.end, reason) ? openWord(terms.end, reason) : original(reason.replaceAll('_', ' '))
}

/**
 * What did a decision know? One line for each kind of fact, unknown ones included.
 *
 * @param at  when it was decided: counts what was in force then
 */
function factLines(facts: Facts, zones: readonly string[], at: Instant, language: Language = 'en'): string[] {
  const words = catalogueOf(language)
  const { terms, list } = words
  const clock = (instant: Instant): string => onEveryClock(formatInstant(instant), zones.slice(0, 1), language)
  const until = (instant: Instant | null): string | null => (instant === null ? null : clock(instant))
  const holds = facts.holds.filter((hold) => hold.from <= at && (hold.until === null || hold.until > at))
  const stops = facts.suppressions.filter((stop) => (stop.from ?? 0) <= at && (stop.until === null || stop.until > at))
  const last = facts.contacts.reduce<Instant | null>(
    (latest, contact) => (latest === null || contact.at > latest ? contact.at : latest),
    null,
  )
  const account = ({ state, daysPastDue, dueDate, product, role, asOf }: AccountFacts): string =>
    words.facts.account(terms.state[state], daysPastDue, dueDate, product, terms.role[role], until(asOf))
  const { address, reminder } = facts
  return [
    ...facts.accounts.map(account),
    words.facts.where(zones.length === 0 ? null : placesWords(zones, language), list(jurisdictions(facts))),
    words.facts.address(
      address === null
        ? null
        : {
            kind: address.kind === null ? null : terms.addressKind[address.kind],
            country: address.country,
            relation: address.relation === null ? null : terms.relation[address.relation],
          },
      terms.channel[reminder.channel],
    ),
    words.facts.contacts(facts.contacts.length, until(last) ?? ''),
    ...(facts.events === null ? [words.facts.noEvents] : []),
    ...holds.map((hold) =>
      words.facts.hold(
        words.hold(
          terms.hold[hold.kind],
          hold.account === null,
          hold.channel == null ? null : terms.channel[hold.channel],
          until(hold.until),
        ),
      ),
    ),
    ...stops.map((stop) =>
      words.facts.stop(
        words.stop(
          terms.stop[stop.reason],
          stop.scope,
          stop.channel === null ? null : terms.channel[stop.channel],
          until(stop.until),
        ),
      ),
    ),
    ...(facts.consents.length === 0
      ? []
      : [words.facts.consents(list([...new Set(facts.consents.map((consent) => consentName(words, consent.kind)))]))]),
  ]
}

const jurisdictions = (facts: Facts): string[] => [
  ...new Set(
    [facts.recipient.jurisdiction, ...facts.recipient.locationEvidence.map((sign) => sign.jurisdiction)].filter(
      (place) => place !== null,
    ),
  ),
]
