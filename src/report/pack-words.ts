import type { Condition, CountWindow, WeeklySpan } from '../model/pack-parts.ts'
import type { PackRule } from '../model/pack-rule.ts'
import type { Pack } from '../model/pack.ts'
import { citationIn } from './words/catalogue.ts'
import { type PackCode, type PackSentences, packSentencesOf } from './words/pack-sentences.ts'
import type { Language } from './words/terms.ts'

/** A pack for review: who read it and when, and each rule with its numbers, its source and the reading chosen. */
export function packInWords(pack: Pack, language: Language): string {
  const say = packSentencesOf(language)
  return [
    say.head(pack.id, pack.version, pack.title),
    say.force(pack.validFrom, pack.validUntil, pack.source),
    pack.readBy === null ? say.unread : say.read(pack.readBy, pack.readOn ?? ''),
    pack.reviewer === null ? say.unsigned : say.signed(pack.reviewer),
    say.applies(conditionInWords(pack.applies, language)),
    ...(pack.extends === undefined ? [] : [say.inherits(pack.extends)]),
    ...pack.rules.flatMap((rule) => {
      const id = `${pack.id}/${rule.id}`
      const citation = citationIn(language, id, rule.citation)
      return [
        '',
        `  ${say.rule(rule.id, say.code('shape', rule.shape), rule.status === 'off', citation, rule.verified === 'no')}`,
        ...ruleInWords(rule, language).map((line) => `    ${line.trim()}`),
      ]
    }),
  ].join('\n')
}

/**
 * What does this rule state, number for number, for a review against its source?
 *
 * @returns  its limits; its condition; the consent that lifts it; status, verification, source and date; the reading chosen
 */
export function ruleInWords(rule: PackRule, language: Language): string[] {
  const say = packSentencesOf(language)
  const retrieved =
    rule.retrieved === undefined
      ? say.retrievedUnstated
      : rule.retrieved === null
        ? say.retrievedNever
        : say.retrieved(rule.retrieved)
  return [
    numbersOf(rule, say),
    rule.when === undefined ? null : say.only(conditionInWords(rule.when, language)),
    rule.unless === undefined
      ? null
      : say.lifted(
          say.any(rule.unless.consent.map((kind) => say.code('consent', kind))),
          rule.unless.days === undefined ? null : say.days(rule.unless.days),
        ),
    say.standing(rule.status, say.verified[rule.verified], say.forces[rule.force], rule.source, retrieved),
    rule.reading === undefined ? null : say.readAs(rule.reading.trim()),
  ].filter((line) => line !== null)
}

/** When does a pack or a rule apply, in words? */
export function conditionInWords(when: Condition, language: Language): string {
  const say = packSentencesOf(language)
  const { daysPastDue } = when
  const codes = (set: PackCode, items: readonly string[]): string => say.list(items.map((code) => say.code(set, code)))
  const part = <T>(items: T | undefined, words: (items: T) => string): string | null =>
    items === undefined ? null : words(items)
  const parts = [
    part(when.jurisdictions, (items) => say.places(say.list(items), false)),
    part(when.exceptJurisdictions, (items) => say.places(say.list(items), true)),
    part(when.roles, (items) => say.roles(codes('role', items))),
    part(when.products, (items) => say.products(say.list(items), false)),
    part(when.exceptProducts, (items) => say.products(say.list(items), true)),
    part(when.channels, (items) => say.channels(codes('channel', items))),
    part(when.modes, (items) => say.modes(codes('mode', items))),
    part(when.kinds, (items) => say.kinds(codes('kind', items), false)),
    part(when.exceptKinds, (items) => say.kinds(codes('kind', items), true)),
    part(when.tones, (items) => say.tones(codes('tone', items))),
    part(when.addressKinds, (items) => say.addresses(codes('addressKind', items), false)),
    part(when.exceptAddressKinds, (items) => say.addresses(codes('addressKind', items), true)),
    part(daysPastDue, ({ min, max }) => say.daysPastDue(min ?? null, max ?? null)),
    part(when.from, say.from),
    part(when.until, say.until),
  ].filter((words) => words !== null)
  return parts.length === 0 ? say.everywhere : say.join(parts)
}

function windowInWords(window: CountWindow, say: PackSentences): string {
  switch (window.type) {
    case 'rolling-days':
      return say.rollingDays(window.days)
    case 'rolling-hours':
      return say.rollingHours(window.hours)
    case 'calendar-day':
      return say.calendarDay
    case 'calendar-week':
      return say.calendarWeek(say.weekday(window.startsOn))
    case 'calendar-month':
      return say.calendarMonth
    case 'week':
      return say.week
  }
}

/** The rule's own limits. */
function numbersOf(rule: PackRule, say: PackSentences): string {
  const joined = (parts: readonly (string | null)[]): string => say.join(parts.filter((part) => part !== null))
  const codes = (set: PackCode, items: readonly string[]): string => say.list(items.map((code) => say.code(set, code)))
  const event = (wanted: { event: string; kind?: string | undefined }): string =>
    say.event(wanted.event, wanted.kind ?? null)
  const weekdays = (numbers: readonly number[]): string => say.list(numbers.map(say.weekday))
  const spans = (all: readonly WeeklySpan[]): string =>
    say.join(all.map(({ days, from, to }) => say.span(days === undefined ? null : weekdays(days), from, to)))
  const counted = (unit: keyof typeof say.units, { channels, key }: Counting): string =>
    say.counted(say.units[unit], codes('channel', channels), say.keys[key])
  const sinceTalk = (of: { afterFirstConversation?: boolean | undefined }): string | null =>
    of.afterFirstConversation === true ? say.afterConversation : null
  const excluded = (of: { excludes?: 'same-day-reply'[] | undefined }): string | null =>
    of.excludes === undefined ? null : say.list(of.excludes.map((what) => say.excluded[what]))
  const lets = (of: { lets?: readonly string[] | undefined }): string | null =>
    of.lets === undefined ? null : say.letsThrough(codes('kind', of.lets))
  const days = (count: number | undefined, words: (days: string) => string): string | null =>
    count === undefined ? null : words(say.days(count))

  switch (rule.shape) {
    case 'window':
      return joined([
        rule.allow === undefined ? null : say.hours(spans(rule.allow)),
        rule.ban === undefined ? null : say.never(spans(rule.ban)),
        rule.closedDays === undefined ? null : say.closed(weekdays(rule.closedDays)),
        rule.holidays === undefined ? null : say.holidays(rule.holidays.calendar, rule.holidays.effect),
      ])
    case 'cap':
      return joined([
        say.limit(rule.limit, windowInWords(rule.window, say)),
        counted(rule.counts, rule),
        rule.mode === undefined ? null : say.onlyMode(say.code('mode', rule.mode)),
        excluded(rule),
        rule.freeUnanswered === undefined ? null : say.free(rule.freeUnanswered),
        sinceTalk(rule),
      ])
    case 'exclusivity':
      return joined([
        say.limitChannels(rule.limit, windowInWords(rule.window, say)),
        counted(rule.counts, rule),
        sinceTalk(rule),
      ])
    case 'spacing':
      return joined([
        say.spacing(rule.minutes === undefined ? say.days(rule.days as number) : say.minutes(rule.minutes)),
        counted(rule.counts, rule),
        excluded(rule),
        sinceTalk(rule),
      ])
    case 'cooldown':
      return joined([say.silence(say.days(rule.days)), counted(rule.after, rule)])
    case 'reply':
      return joined([say.reply, rule.lifts.length === 0 ? null : say.lifts(say.list(rule.lifts))])
    case 'precondition':
      return joined([
        rule.requires === undefined
          ? say.notBeforeDay(rule.daysPastDue as number)
          : say.notBefore(event(rule.requires)),
        rule.eachSpell === true ? say.eachSpell : null,
        rule.waitBusinessDays === undefined
          ? null
          : say.waitBusinessDays(rule.waitBusinessDays.days, rule.waitBusinessDays.calendar),
        days(rule.waitDays, say.waitDays),
      ])
    case 'duty':
      return say.owed(
        event(rule.owes),
        rule.withinDays === undefined ? say.businessDays(rule.withinBusinessDays as number) : say.days(rule.withinDays),
        typeof rule.after === 'string' ? say.after[rule.after] : event(rule.after),
      )
    case 'pause':
      return joined([
        'hold' in rule.on ? say.pauseOn(say.code('hold', rule.on.hold), true) : say.pauseOn(event(rule.on), false),
        days(rule.days, say.lasting) ?? say.untilEnded,
        days(rule.tailDays, say.tail),
        rule.endedBy === undefined ? null : say.endedBy(event(rule.endedBy)),
        lets(rule),
      ])
    case 'stop':
      return joined([say.stop(codes('stop', rule.reasons), rule.covers === 'person'), lets(rule)])
    case 'consent':
      return joined([say.needs(codes('consent', rule.needs)), days(rule.freshDays, say.freshConsent)])
    case 'address':
      return joined([
        say.origins(codes('origin', rule.origins)),
        rule.consents === undefined ? null : say.orConsent(codes('consent', rule.consents)),
        say.orWrote,
        days(rule.freshDays, say.confirmed),
      ])
    case 'route':
      return say.because(rule.because)
    case 'content':
      return joined([
        say.part[rule.part],
        rule.requires === undefined ? null : say.mustCarry(codes('block', rule.requires)),
        rule.forbids === undefined ? null : say.mustNotCarry(codes('block', rule.forbids)),
        rule.only === undefined ? null : say.nothingBut(codes('block', rule.only)),
        rule.satisfiedBy === undefined ? null : say.saidBy(event(rule.satisfiedBy)),
      ])
    case 'third-party':
      return joined([say.onlyTo(codes('relation', rule.relations)), say.quoted(rule.allowed)])
    case 'opt-out':
      return joined([
        say.covers[rule.covers],
        say.inEffect(rule.effectWithin),
        rule.withinBusinessDays === undefined ? null : say.byLaw(rule.withinBusinessDays),
        rule.words === undefined ? null : say.words(say.list(rule.words)),
        rule.confirmationWithinMinutes === undefined ? null : say.confirmation(rule.confirmationWithinMinutes),
      ])
    case 'retention':
      return say.kept(
        say.records[rule.record],
        rule.maximum === true,
        joined([
          rule.years === undefined ? null : say.years(rule.years),
          rule.months === undefined ? null : say.months(rule.months),
          rule.days === undefined ? null : say.days(rule.days),
        ]),
        rule.anchor,
      )
  }
}

interface Counting {
  readonly key: 'person' | 'account' | 'address'
  readonly channels: readonly string[]
}
