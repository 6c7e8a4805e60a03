import type { RuleDetail, RuleExplanation } from '../model/explanation.ts'
import { localTime, onEveryClock } from './local-time.ts'
import { type Catalogue, catalogueOf } from './words/catalogue.ts'
import { type Language, openWord } from './words/terms.ts'

/** Contacts that are listed; the JSON document has all. */
const LISTED = 12

/** The zones and the language of an explanation. */
export interface Telling {
  readonly language: Language
  /** Zones where the recipient may be. */
  readonly zones: readonly string[]
}

type Spans = NonNullable<Extract<RuleDetail, { kind: 'hours' }>['allow']>
type Contacts =
  | Extract<RuleDetail, { kind: 'wait' }>['counted'][number]
  | Extract<RuleDetail, { kind: 'count' }>['subjects'][number]['counted'][number]

/** What did a rule judge by? Its limit and what was found, one line each. */
export function detailLines(detail: RuleDetail, telling: Telling): string[] {
  const words = catalogueOf(telling.language)
  const { terms, list } = words
  const clock = (at: string): string => onEveryClock(at, telling.zones, telling.language)
  const until = (at: string | null): string | null => (at === null ? null : clock(at))
  const channels = (named: readonly (keyof typeof terms.channel)[]): string =>
    list(named.map((channel) => terms.channel[channel]))
  const kindOf = (kind: string | null | undefined): string | null =>
    kind == null ? null : openWord(terms.eventKind, kind)
  switch (detail.kind) {
    case 'count': {
      const window = words.window(detail.window)
      const limit =
        detail.of === 'contacts'
          ? words.limit(detail.limit, terms.unit[detail.unit], channels(detail.channels), window, terms.key[detail.key])
          : words.limitChannels(detail.limit, channels(detail.channels), window, terms.key[detail.key])
      return [
        words.join([
          limit,
          ...(detail.mode === null ? [] : [words.onlyMode(terms.mode[detail.mode])]),
          ...(detail.freeUnanswered === null ? [] : [words.free(detail.freeUnanswered)]),
          ...exceptionsIn(detail, words),
        ]),
        ...detail.subjects.flatMap(({ account, count, counted }) => [
          words.counted(count, detail.of, account),
          ...contactLines(counted, words, clock),
        ]),
      ]
    }
    case 'wait': {
      const length = detail.minutes === null ? words.days(detail.days ?? 0) : words.minutes(detail.minutes)
      const counted = contactLines(detail.counted, words, clock)
      return [
        words.join([
          words.wait(length, terms.unit[detail.unit], channels(detail.channels), terms.key[detail.key]),
          ...exceptionsIn(detail, words),
        ]),
        ...(counted.length === 0 ? [words.nothingCounts] : counted),
      ]
    }
    case 'hours':
      return [
        hoursWords(detail, words),
        ...(detail.zones.length === 0
          ? []
          : [
              words.join(
                detail.zones.map(({ zone, state, until: end }) =>
                  words.stateIn(
                    zone,
                    terms.hours[state],
                    end === null ? null : localTime(Date.parse(end), zone, telling.language),
                  ),
                ),
              ),
            ]),
      ]
    case 'events':
      return [
        ...[
          detail.wants === null
            ? null
            : words.wants(words.named(terms.event[detail.wants.event], kindOf(detail.wants.kind))),
          detail.waitDays === null ? null : words.waits(detail.waitDays, false),
          detail.waitBusinessDays === null ? null : words.waits(detail.waitBusinessDays, true),
          detail.termSince === undefined ? null : words.termSince(clock(detail.termSince)),
          detail.withinDays === null ? null : words.within(detail.withinDays, false, until(detail.deadline)),
          detail.withinBusinessDays === undefined
            ? null
            : words.within(detail.withinBusinessDays, true, until(detail.deadline)),
          detail.tailDays === undefined ? null : words.tail(detail.tailDays),
          detail.since === undefined ? null : words.since(clock(detail.since)),
          detail.daysPastDue === null ? null : words.dueFrom(detail.daysPastDue),
        ].filter((part) => part !== null),
        ...(detail.daysPastDue !== null
          ? []
          : [
              words.found(
                detail.found.length === 0
                  ? words.none
                  : words.join(
                      detail.found.map(({ type, kind, at }) =>
                        words.happened(openWord(terms.event, type), kindOf(kind), clock(at)),
                      ),
                    ),
              ),
            ]),
      ]
    case 'stops':
      return [
        words.found(
          detail.found.length === 0
            ? words.none
            : words.join(
                detail.found.map((stop) =>
                  words.stop(
                    terms.stop[stop.reason],
                    stop.scope,
                    stop.channel === null ? null : terms.channel[stop.channel],
                    until(stop.until),
                  ),
                ),
              ),
        ),
      ]
    case 'holds':
      return [
        ...(detail.days === undefined ? [] : [words.lasts(detail.days)]),
        ...(detail.tailDays === undefined ? [] : [words.tail(detail.tailDays)]),
        words.found(
          detail.found.length === 0
            ? words.none
            : words.join(
                detail.found.map((hold) =>
                  words.hold(
                    terms.hold[hold.kind],
                    hold.account === null,
                    hold.channel === null ? null : terms.channel[hold.channel],
                    until(hold.until),
                  ),
                ),
              ),
        ),
      ]
    case 'words':
      return detail.missing.length + detail.tooMuch.length === 0
        ? [words.saysAll]
        : [
            ...(detail.missing.length === 0
              ? []
              : [words.missing(list(detail.missing.map((block) => terms.block[block])))]),
            ...(detail.tooMuch.length === 0
              ? []
              : [words.tooMuch(list(detail.tooMuch.map((block) => terms.block[block])))]),
          ]
    case 'accounts':
      return detail.accounts.map(({ account, state, asOf, freshForMs }) =>
        words.account(
          detail.accounts.length === 1 ? null : account,
          freshForMs === null
            ? terms.state[state]
            : list([terms.state[state], words.balanceFact(until(asOf), words.duration(freshForMs))]),
        ),
      )
    case 'blocked':
      return [
        words.banned(
          words.join(
            detail.times.map(
              ({ days, from, to, channel }) =>
                `${words.span(weekdays(days, words), from, to)}${channel === null ? '' : ` ${terms.channel[channel]}`}`,
            ),
          ),
        ),
      ]
    case 'relation':
      return [
        words.relation(
          detail.relation === null ? null : terms.relation[detail.relation],
          list(detail.lets.map((relation) => terms.relation[relation])),
        ),
      ]
    case 'origin':
      return [
        words.origin(
          detail.origin === null ? null : terms.origin[detail.origin],
          list(detail.accepted.map((origin) => terms.origin[origin])),
          detail.freshDays,
        ),
        ...(detail.confirmed.length === 0
          ? [words.unconfirmed]
          : detail.confirmed.map(
              (one) => `  ${words.confirmed(terms.confirmation[one.by], clock(one.at), until(one.until))}`,
            )),
      ]
    case 'deadline':
      return [words.deadline(clock(detail.at))]
    case 'because':
      return [words.original(detail.because)]
  }
}

/** What a count leaves out. */
const exceptionsIn = (
  detail: { afterFirstConversation?: boolean | undefined; withoutReplies?: boolean | undefined },
  words: Catalogue,
): string[] => [
  ...(detail.afterFirstConversation === true ? [words.afterConversation] : []),
  ...(detail.withoutReplies === true ? [words.withoutReplies] : []),
]

function contactLines(contacts: readonly Contacts[], words: Catalogue, clock: (at: string) => string): string[] {
  const listed = contacts
    .slice(-LISTED)
    .map(
      ({ at, channel, direction, outcome, by }) =>
        `  ${words.contact(clock(at), words.terms.message[channel], direction === 'inbound' ? words.terms.direction.inbound : null, words.terms.outcome[outcome], by)}`,
    )
  return contacts.length > LISTED ? [`  ${words.more(contacts.length - LISTED)}`, ...listed] : listed
}

/** The hours of a rule: what it allows or bans, week by week. */
function hoursWords(
  {
    allow,
    ban,
    closedDays,
    calendar,
  }: Pick<Extract<RuleDetail, { kind: 'hours' }>, 'allow' | 'ban' | 'closedDays' | 'calendar'>,
  words: Catalogue,
): string {
  const spans = (list: Spans): string =>
    words.join(list.map(({ days, from, to }) => words.span(weekdays(days, words), from, to)))
  return words.join([
    ...(allow === null ? [] : [words.allowed(spans(allow))]),
    ...(ban === null ? [] : [words.banned(spans(ban))]),
    ...(closedDays.length === 0 ? [] : [words.closedOn(weekdays(closedDays, words) ?? '')]),
    ...(calendar === null ? [] : [words.holidays(calendar)]),
  ])
}

/** ISO weekdays by name, three or more in a row as a range; null for all seven. */
function weekdays(days: readonly number[] | undefined, { terms, list, weekdays: run }: Catalogue): string | null {
  if (days === undefined || days.length === 7) return null
  const named = [...days].sort((a, b) => a - b).map((day) => terms.weekdays[day - 1] ?? String(day))
  const isRun = days.length > 2 && Math.max(...days) - Math.min(...days) === days.length - 1
  return isRun ? run(named[0] as string, named.at(-1) as string) : list(named)
}

/** Which consents would lift or satisfy the rule, and does each on record do so? */
export function consentLines(rule: RuleExplanation, { language, zones }: Telling): string[] {
  const words = catalogueOf(language)
  if (rule.asksConsent.length === 0) return []
  const kinds = words.list(rule.asksConsent.map((kind) => consentName(words, kind)))
  const asks = rule.shape === 'address' ? words.orConsent(kinds) : words.asksConsent(kinds, rule.shape === 'consent')
  if (rule.consents.length === 0) return [words.join([asks, words.noConsent])]
  return [
    asks,
    ...rule.consents.map(
      ({ kind, channel, from, until, state }) =>
        `  ${words.consent(
          consentName(words, kind),
          channel === null ? null : words.terms.channel[channel],
          onEveryClock(from, zones, language),
          until === null ? null : onEveryClock(until, zones, language),
          words.terms.consentState[state],
        )}`,
    ),
  ]
}

/** A kind of consent by its name, with the id that packs use. */
export const consentName = ({ terms }: Catalogue, kind: string): string =>
  openWord(terms.consent, kind) === kind ? kind : `${openWord(terms.consent, kind)} ${kind}`
