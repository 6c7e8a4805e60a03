import type { Decision, Objection, ObjectionCode } from '../model/decision.ts'
import {
  type DecisionExplanation,
  NOT_STATED,
  type PlaceSign,
  type RuleExplanation,
  SILENCES,
} from '../model/explanation.ts'
import type { Facts } from '../model/facts.ts'
import { formatInstant, type Instant } from '../model/time.ts'
import { localTime, onEveryClock } from './local-time.ts'
import { consentLines, consentName, detailLines, type Telling } from './rule-words.ts'
import { type Catalogue, catalogueOf, citationIn } from './words/catalogue.ts'
import { type Language, languageNamed, openWord } from './words/terms.ts'

/** A decision in sentences: the verdict, then the reasons, the binding one first. */
interface DecisionWords {
  headline: string
  reasons: string[]
}

/**
 * What does this decision mean, in plain words?
 *
 * Times are given in every zone where the recipient may be, with UTC.
 *
 * @param locale  BCP 47; English for a language that is not supported
 * @param facts   the facts decided on, where known; they make a closed account and a stale balance specific
 */
export function decisionWords(decision: Decision, locale: string, facts: Facts | null = null): DecisionWords {
  const language = languageNamed(locale) ?? 'en'
  const words = catalogueOf(language)
  const time = (instant: Instant): string => onEveryClock(formatInstant(instant), decision.candidateZones, language)
  const headline =
    decision.verdict === 'send'
      ? words.send(decision.until === null ? null : time(decision.until))
      : decision.until === null
        ? words.refuse()
        : words.defer(time(decision.until))
  const reason = ({ code, rule, citation, until, verified }: Objection): string =>
    words.reason(
      objectionIn(language, code, facts?.accounts ?? [], decision.candidateZones),
      until === null ? null : time(until),
      rule,
      citationIn(language, rule, citation),
      verified,
    )
  return { headline, reasons: decision.reasons.map(reason) }
}

/** The part of an account that wording an objection needs. */
export type AccountKnown = Pick<Facts['accounts'][number], 'state' | 'asOf' | 'freshForMs'>

/**
 * What does this objection mean here, as the end of "because …"?
 *
 * A closed account is named by its state (only a paid one is called paid), a stale balance by its age and the limit.
 */
export function objectionIn(
  language: Language,
  code: ObjectionCode,
  accounts: readonly AccountKnown[],
  zones: readonly string[],
): string {
  const words = catalogueOf(language)
  const general = words.terms.objection[code]
  if (code === 'account_closed') {
    const closed = [...new Set(accounts.flatMap(({ state }) => (state === 'open' ? [] : [words.terms.closed[state]])))]
    return closed.length === 0 ? general : words.list(closed)
  }
  if (code !== 'stale_balance') return general
  const facts = accounts.flatMap(({ asOf, freshForMs }) =>
    freshForMs === null
      ? []
      : [
          words.balanceFact(
            asOf === null ? null : onEveryClock(formatInstant(asOf), zones.slice(0, 1), language),
            words.duration(freshForMs),
          ),
        ],
  )
  return facts.length === 0 ? general : words.list([general, ...new Set(facts)])
}

/**
 * Why did the decision come out so? The reasons with what each rests on, the places with their evidence, the consents,
 * the rules that allowed it and those that did not apply, with the cause.
 */
export function explanationLines(
  explanation: DecisionExplanation,
  decision: Decision,
  facts: Facts,
  locale: string,
): string[] {
  const language = languageNamed(locale) ?? 'en'
  const words = catalogueOf(language)
  const telling: Telling = { language, zones: decision.candidateZones }
  const { titles, terms } = words
  const { reminder } = facts
  const { zoneData } = decision
  return [
    ...title(titles.asked, [
      words.asked(
        onEveryClock(explanation.at, decision.candidateZones, language),
        terms.tone[reminder.tone],
        terms.kind[reminder.kind],
        terms.channel[reminder.channel],
        reminder.mode === null ? null : terms.mode[reminder.mode],
      ),
    ]),
    ...title(titles.where, [...zoneLines(explanation, telling), words.zoneData(zoneData)]),
    ...title(titles.packs, [decision.packs.length === 0 ? words.none : decision.packs.map(packName).join(', ')]),
    ...leftOutSection(explanation, telling),
    ...title(titles.record, [
      words.onRecord({
        accounts: facts.accounts.length,
        contacts: facts.contacts.length,
        holds: facts.holds.length,
        stops: facts.suppressions.length,
        consents: facts.consents.length,
        events: facts.events?.length ?? null,
      }),
    ]),
    ...title(titles.consents, consentsOnRecord(explanation, facts, telling)),
    ...ruleSections(explanation, telling),
  ]
}

const title = (text: string, lines: readonly string[]): string[] => ['', text, ...lines.map((line) => `  ${line}`)]
const packName = ({ id, version }: { id: string; version: string }): string => `${id} ${version}`

/** The packs of these places that do not apply, with the cause; nothing where all do. */
function leftOutSection({ packsLeftOut }: DecisionExplanation, { language }: Telling): string[] {
  const { titles, terms } = catalogueOf(language)
  return packsLeftOut.length === 0
    ? []
    : title(
        titles.leftOut,
        packsLeftOut.map((one) => `${packName(one)}: ${terms.silence[one.because]}`),
      )
}

/** What the last decision of a reminder rests on: each zone with its evidence, packs left out, consents, and every rule. */
export function groundSections(explanation: DecisionExplanation, facts: Facts | null, telling: Telling): string[] {
  const { titles } = catalogueOf(telling.language)
  return [
    ...title(titles.where, zoneLines(explanation, telling)),
    ...leftOutSection(explanation, telling),
    ...(facts === null ? [] : title(titles.consents, consentsOnRecord(explanation, facts, telling))),
    ...ruleSections(explanation, telling),
  ]
}

/** The rules that allowed it, with their numbers, and those that did not apply, by cause: missing facts come first. */
function ruleSections(explanation: DecisionExplanation, telling: Telling): string[] {
  const words = catalogueOf(telling.language)
  const passed = explanation.rules.filter((rule) => rule.verdict === 'allows')
  const silent = explanation.rules.filter((rule) => rule.verdict === 'silent')
  return [
    ...(passed.length === 0
      ? []
      : [
          '',
          words.titles.passed(passed.length),
          ...passed.flatMap((rule) => [
            `  ${words.source(rule.rule, citationIn(telling.language, rule.rule, rule.citation), rule.verified === null ? null : words.terms.verified[rule.verified])}`,
            ...basisLines(rule, telling).map((line) => `      ${line}`),
          ]),
        ]),
    ...[...SILENCES]
      .sort((a, b) => Number(NOT_STATED.has(b)) - Number(NOT_STATED.has(a)))
      .flatMap((why) => {
        const because = silent.filter((rule) => rule.silentBecause === why)
        if (because.length === 0) return []
        const told =
          why === 'consent'
            ? because.flatMap((rule) => [rule.rule, ...basisLines(rule, telling).map((line) => `    ${line}`)])
            : [because.map(({ rule }) => rule).join(', ')]
        return ['', words.titles.silent(words.terms.silence[why]), ...told.map((line) => `  ${line}`)]
      }),
  ]
}

/** What one rule rests on: its numbers, the reading chosen, the consents it weighed. */
function basisLines(rule: RuleExplanation, telling: Telling): string[] {
  const words = catalogueOf(telling.language)
  return [
    ...(rule.detail === null ? [] : detailLines(rule.detail, telling)),
    ...consentLines(rule, telling),
    ...(rule.reading === null ? [] : [words.reading(words.original(rule.reading.trim()))]),
  ]
}

/** What stands beside a reason: the version, what was read of it, what it is in law, and what it rests on. */
export function reasonBasis(rule: RuleExplanation, telling: Telling): string[] {
  const { terms, standing } = catalogueOf(telling.language)
  const head =
    rule.verified === null
      ? []
      : [standing(`${rule.pack} ${rule.version}`, terms.verified[rule.verified], terms.force[rule.force])]
  return [...head, ...basisLines(rule, telling)]
}

function zoneLines({ zones, at }: DecisionExplanation, { language }: Telling): string[] {
  const words = catalogueOf(language)
  if (zones.length === 0) return [words.nowhere]
  return zones.map(({ zone, evidence }) =>
    words.zone(
      zone,
      localTime(Date.parse(at), zone, language),
      words.join(evidence.map((sign) => signWords(sign, words))),
    ),
  )
}

function signWords({ sign, place, zone, at }: PlaceSign, words: Catalogue): string {
  const named = Object.hasOwn(words.terms.sign, sign)
    ? words.terms.sign[sign as keyof typeof words.terms.sign]
    : openWord(words.terms.evidence, sign)
  const what = [place, zone].filter((part) => part !== null)
  return words.evidence(named, what.length === 0 ? null : what.join(', '), at === null ? null : at.slice(0, 10))
}

/** Was the rule asked, or silenced by a consent? A rule for another channel weighs none. */
const wasWeighed = ({ verdict, silentBecause }: RuleExplanation): boolean =>
  verdict !== 'silent' || silentBecause === 'consent'

/** Every consent on record; those that no rule asked about are marked. */
function consentsOnRecord(explanation: DecisionExplanation, facts: Facts, { language, zones }: Telling): string[] {
  const words = catalogueOf(language)
  if (facts.consents.length === 0) return [words.none]
  const clock = (at: Instant): string => onEveryClock(formatInstant(at), zones, language)
  return facts.consents.map((consent) => {
    const by = explanation.rules
      .filter((rule) => wasWeighed(rule) && rule.consents.some((weighed) => weighed.kind === consent.kind))
      .map(({ rule }) => rule)
    return words.consent(
      consentName(words, consent.kind),
      consent.channel === null ? null : words.terms.channel[consent.channel],
      clock(consent.from),
      consent.until === null ? null : clock(consent.until),
      by.length === 0 ? words.notWeighed : by.join(', '),
    )
  })
}
