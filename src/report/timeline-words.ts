import type { ObjectionCode } from '../model/decision.ts'
import { formatInstant } from '../model/time.ts'
import { type AccountKnown, objectionIn } from './decision-words.ts'
import { endWords } from './explain.ts'
import { localTime, onEveryClock } from './local-time.ts'
import type { TimelineEntry, TimelineType } from './views/accounts.ts'
import { type Catalogue, catalogueOf, citationIn } from './words/catalogue.ts'
import { type Language, openWord } from './words/terms.ts'

type Details = Readonly<Record<string, unknown>>

/** The language and zone of a timeline; null: UTC. */
interface TimelineTelling {
  language: Language
  zone: string | null
}

/** Reads an entry's details, which an older build may have written differently. */
class Entry {
  readonly words: Catalogue
  readonly details: Details
  readonly telling: TimelineTelling

  constructor(details: Details, telling: TimelineTelling) {
    this.details = details
    this.telling = telling
    this.words = catalogueOf(telling.language)
  }

  /** A code or number as it stands. */
  raw(key: string): string {
    return String(this.details[key] ?? '')
  }

  orNull(key: string): string | null {
    const value = this.details[key]
    return typeof value === 'string' && value !== '' ? value : null
  }

  /** The text of a code; the code itself where there is none. */
  word(set: Readonly<Record<string, string>>, key: string): string {
    return openWord(set, this.raw(key)).replaceAll('_', ' ')
  }

  when(key: string): string | null {
    const at = this.orNull(key)
    if (at === null || Number.isNaN(Date.parse(at))) return null
    return onEveryClock(
      formatInstant(Date.parse(at)),
      this.telling.zone === null ? [] : [this.telling.zone],
      this.telling.language,
    )
  }

  message(): string {
    return this.word(this.words.terms.message, 'channel')
  }

  /** Codes by their text; free text as it was written. */
  why(key: string): string | null {
    return endWords(this.orNull(key), this.words)
  }
}

/** One sentence for each type of entry, from details that are not personal data. */
const WORDS: Readonly<Record<TimelineType, (entry: Entry) => string>> = {
  spell: (e) => e.words.timeline.spell(e.raw('no'), e.raw('ladder'), e.raw('daysPastDue')),
  event: (e) =>
    e.words.timeline.event(
      e.word(e.words.terms.event, 'type'),
      e.orNull('kind') === null ? null : e.word(e.words.terms.eventKind, 'kind'),
      e.when('effectiveAt'),
      e.telling.language === 'en' ? e.orNull('effect') : null,
    ),
  hold: (e) =>
    e.words.timeline.hold(
      e.word(e.words.terms.hold, 'kind'),
      e.details['scope'] === 'recipient',
      e.orNull('channel') === null ? null : e.word(e.words.terms.channel, 'channel'),
      e.when('endsAt'),
      e.orNull('by'),
    ),
  'hold-ended': (e) => e.words.timeline.holdEnded(e.word(e.words.terms.hold, 'kind'), e.why('reason'), e.orNull('by')),
  suppression: (e) =>
    e.words.timeline.stop(
      e.words.stop(
        e.word(e.words.terms.stop, 'reason'),
        scopeOf(e),
        e.orNull('channel') === null ? null : e.word(e.words.terms.channel, 'channel'),
        e.when('endsAt'),
      ),
      e.raw('source'),
    ),
  'suppression-lifted': (e) =>
    e.words.timeline.stopLifted(e.word(e.words.terms.stop, 'reason'), e.why('why'), e.orNull('by')),
  reminder: (e) =>
    e.words.timeline.reminder(
      e.message(),
      e.word(e.words.terms.tone, 'tone'),
      e.orNull('rung'),
      e.orNull('leadAccount'),
      e.when('dueAt'),
      e.word(e.words.terms.status, 'status'),
      e.why('endReason'),
    ),
  decision: decisionSentence,
  attempt: (e) =>
    e.words.timeline.attempt(
      e.raw('no'),
      e.message(),
      e.word(e.words.terms.tone, 'tone'),
      e.word(e.words.terms.attempt, 'status'),
      e.orNull('code'),
    ),
  receipt: (e) =>
    e.words.timeline.receipt(
      e.raw('no'),
      e.word(e.words.terms.delivery, 'state'),
      e.orNull('code'),
      e.details['changed'] !== false,
    ),
  contact: (e) =>
    e.words.timeline.contact(
      e.message(),
      e.word(e.words.terms.direction, 'direction'),
      e.word(e.words.terms.outcome, 'outcome'),
      e.orNull('by'),
      excessOf(e.details['excess']),
    ),
  task: (e) =>
    e.details['kind'] === 'hand-off'
      ? e.words.timeline.handOff(e.when('dueAt'))
      : e.details['kind'] === 'reply'
        ? e.words.timeline.replyToRead(e.when('dueAt'))
        : e.words.timeline.task(e.raw('rung'), e.when('dueAt')),
  'task-done': (e) => e.words.timeline.taskDone(e.word(e.words.terms.task, 'outcome'), e.orNull('by')),
  'task-withdrawn': (e) =>
    e.words.timeline.withdrawn(
      e.details['kind'] === 'hand-off' ? null : e.raw('rung'),
      endWords(openWord(e.words.terms.stop, e.raw('reason')), e.words) ?? '',
    ),
  'step-skipped': (e) => e.words.timeline.skipped(e.raw('rung'), e.word(e.words.terms.skip, 'reason'), skipDetail(e)),
}

/** One plain sentence for an entry of a timeline. Holds no name, address or message text. */
export const timelineWords = (
  type: TimelineType,
  details: Details,
  telling: TimelineTelling = { language: 'en', zone: null },
): string => WORDS[type](new Entry(details, telling))

/** Types of entries that are followed by a reminder's id, for `decorum explain`. */
const OF_A_REMINDER: ReadonlySet<TimelineType> = new Set<TimelineType>(['reminder', 'decision', 'attempt', 'receipt'])

/**
 * A timeline as text, oldest first: the recipient's local time, UTC, and the reminder's id in brackets.
 *
 * @param bookZone  the zone to use until a decision has found the recipient's
 */
export function timelineInWords(entries: readonly TimelineEntry[], bookZone: string, language: Language): string {
  const { timeline } = catalogueOf(language)
  if (entries.length === 0) return timeline.nothing
  const zone = entries
    .map(({ details }) => details['zones'])
    .reduce<string>(
      (latest, zones) => (Array.isArray(zones) && typeof zones[0] === 'string' ? zones[0] : latest),
      bookZone,
    )
  return [
    timeline.zoneLine(zone),
    ...entries.map(
      ({ at, type, id, details }) =>
        `${localTime(Date.parse(at), zone, language)} (${at})  ${timelineWords(type, details, { language, zone })}${OF_A_REMINDER.has(type) ? ` [${id}]` : ''}`,
    ),
  ].join('\n')
}

function decisionSentence(e: Entry): string {
  const { timeline } = e.words
  const { repeats: count } = e.details
  const repeats = typeof count === 'number' && count > 1 ? timeline.repeats(count, e.when('lastAt')) : ''
  if (e.details['verdict'] === 'send') return timeline.send(e.when('until'), repeats)
  const [rule, citation] = [e.orNull('rule'), e.orNull('citation')]
  const why = timeline.rule(
    objectionWords(e),
    rule,
    citation === null || rule === null ? citation : citationIn(e.telling.language, rule, citation),
  )
  return e.details['verdict'] === 'defer'
    ? timeline.wait(e.when('until'), why, repeats)
    : timeline.refuse(why, e.orNull('reminderId'), repeats)
}

/** The facts decided on, to word a stale balance and a closed account. */
function objectionWords(e: Entry): string {
  const { objection } = e.words.terms
  const code = e.raw('code')
  if (!Object.hasOwn(objection, code)) return code.replaceAll('_', ' ')
  const accounts = Array.isArray(e.details['accounts']) ? (e.details['accounts'] as AccountKnown[]) : []
  return objectionIn(
    e.telling.language,
    code as ObjectionCode,
    accounts,
    e.telling.zone === null ? [] : [e.telling.zone],
  )
}

/** Why a step was skipped: a hold by its kind, a suppression by its reason, everything else by the ladder's ids. */
function skipDetail(e: Entry): string | null {
  const detail = e.orNull('detail')
  if (detail === null) return null
  // A code in both sets, such as bankruptcy, has the same text.
  for (const known of [e.words.terms.hold, e.words.terms.stop])
    if (Object.hasOwn(known, detail)) return openWord(known, detail)
  return e.words.list(
    detail.split(', ').map((part) => openWord(e.words.terms.end, openWord(e.words.terms.channel, part))),
  )
}

const scopeOf = (e: Entry): 'address' | 'channel' | 'all' =>
  e.details['scope'] === 'address' ? 'address' : e.details['scope'] === 'channel' ? 'channel' : 'all'
const excessOf = (excess: unknown): string | null =>
  Array.isArray(excess) && excess.length > 0 ? excess.join(', ') : null
