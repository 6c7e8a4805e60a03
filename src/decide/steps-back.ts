import { liesWithin, zonesOf } from '../model/places/zones-of.ts'
import { type Instant, NEVER } from '../model/time.ts'
import type { Case, Place } from './case.ts'
import { allows, type Answer, type CompiledRule, objects, type SearchSettlement, seenThrough } from './rule.ts'
import type { SpeakingTime } from './speaking-time.ts'
import { isAmong } from './zone-table.ts'

/**
 * Where and when does a rule of the house bind, beside what law settles?
 *
 * In each place where the person may be in which no rule of law settles the same (hours, a
 * count, a spacing, a silence, over this channel) at that very instant. A law of another
 * place, one about another channel, one that is silent on that day of the debt and one that
 * is no longer in force leave it standing. Hours bind in the zones of those places; what is
 * counted is counted for the whole person.
 *
 * @param law  the rules of law that apply to this case, as packs gave them
 * @returns    null where law settles it everywhere and for good
 */
export function stepsBack(rule: CompiledRule, facts: Case, law: readonly CompiledRule[]): CompiledRule | null {
  const settling = SETTLED_BY[rule.settles?.what ?? 'hours']
  const left: LeftPlace[] = []
  let entirely = true
  for (const place of facts.places) {
    const there = placedIn(facts, place)
    const settled = settlersOf(place, there, law, settling)
    if (settled === null || settled.length > 0) entirely = false
    if (settled !== null) left.push({ place, there, settled })
  }
  if (entirely) return rule
  return left.length === 0 ? null : boundIn(rule, facts, left)
}

/** A place that no law settles for good, with the laws that settle it at times. */
interface LeftPlace {
  readonly place: Place
  /** The case in this place's zones alone. */
  readonly there: Case
  readonly settled: readonly SearchSettlement[]
}

const NOBODY: readonly SearchSettlement[] = []

/** The laws that settle this in a place now and then; null where one does for good. */
function settlersOf(
  place: Place,
  facts: Case,
  law: readonly CompiledRule[],
  settling: ReadonlySet<SearchSettlement['what']>,
): readonly SearchSettlement[] | null {
  let found = NOBODY
  for (const { settles } of law) {
    if (settles === undefined || !settling.has(settles.what) || !isAt(place, settles.places)) continue
    if (settles.channels !== null && !settles.channels.includes(facts.facts.reminder.channel)) continue
    if (speaksForGood(settles, facts)) return null
    found = [...found, settles]
  }
  return found
}

/** The rule as it binds in these places, while none of their laws speaks. */
function boundIn(rule: CompiledRule, facts: Case, left: readonly LeftPlace[]): CompiledRule {
  const view = viewOf(facts, rule.settles?.what === 'hours')
  /** Until when what was found last is so, at least. */
  let change: Instant = NEVER
  const boundAt = (at: Instant): Place[] => {
    change = NEVER
    return left
      .filter(({ settled, there }) => !settled.some((law) => speaksAt(law, there, at)))
      .map(({ place }) => place)
  }
  const speaksAt = ({ speaking }: SearchSettlement, there: Case, at: Instant): boolean => {
    if (speaking === null) return true
    speaking(there, at, time)
    change = Math.min(change, time.until)
    return time.speaks
  }
  const askOnce = (at: Instant, answer: Answer): boolean => {
    const bound = boundAt(at)
    const until = change
    if (bound.length === 0) allows(answer, until)
    else rule.ask(view(bound), at, answer)
    const cutShort = until < answer.until
    if (cutShort) answer.until = until
    return cutShort
  }
  const { detail } = rule
  return {
    ...rule,
    silent: (_facts, at) => (boundAt(at).length === 0 ? 'other_hours' : null),
    ...(detail === undefined ? {} : { detail: (_facts: Case, at: Instant) => detail(view(boundAt(at)), at) }),
    ask: (_facts, at, answer) => {
      let cutShort = askOnce(at, answer)
      const { code } = answer
      // Where law begins or ends to speak, another place may stand in the way: the end is the first instant at which none does.
      while (code !== null && cutShort) {
        const end = answer.until
        cutShort = askOnce(end, answer)
        if (answer.code === null) return objects(answer, code, end)
        // Hours that never meet from there on are told as what they are.
        if (answer.until !== NEVER) answer.code = code
      }
    },
  }
}

/** A law that says how often somebody is called has said how soon after a talk they may be called again. */
// What settles none of these steps back with the hours.
const SETTLED_BY: Readonly<Record<NonNullable<SearchSettlement['what']>, ReadonlySet<SearchSettlement['what']>>> = {
  hours: new Set(['hours']),
  cap: new Set(['cap']),
  spacing: new Set(['spacing']),
  cooldown: new Set(['cooldown', 'cap']),
}

const time: SpeakingTime = { speaks: true, until: NEVER }

/** From the decision's own instant on; nothing is asked about earlier ones. */
function speaksForGood({ speaking }: SearchSettlement, facts: Case): boolean {
  if (speaking === null) return true
  speaking(facts, facts.now, time)
  return time.speaks && time.until === NEVER
}

/**
 * A law settles something in a place by that place's own clocks: a day past due that has not ended somewhere else
 * must not keep the house away from here.
 */
const placedIn = (facts: Case, { zones }: Place): Case =>
  zones.length === 0 || zones.length === facts.zones.length
    ? facts
    : { ...facts, zones, zoneNames: zones.map(({ zone }) => zone) }

const isAt = ({ jurisdiction }: Place, places: readonly string[] | null): boolean =>
  places === null || (jurisdiction !== null && places.some((scope) => liesWithin(jurisdiction, scope)))

/** The case in the zones of these places alone, where hours are asked; made once for each set of places. */
function viewOf(facts: Case, byZone: boolean): (places: readonly Place[]) => Case {
  let [seen, view]: [readonly Place[], Case] = [facts.places, facts]
  return (places) => {
    if (!byZone || places.length === facts.places.length) return facts
    if (places.length !== seen.length || places.some((place, i) => place !== seen[i]))
      [seen, view] = [places, inZonesOf(facts, places)]
    return view
  }
}

function inZonesOf(facts: Case, places: readonly Place[]): Case {
  const zones = facts.zones.filter((zone) => places.some((place) => place.zones.includes(zone)))
  return { ...facts, zones, zoneNames: zones.map(({ zone }) => zone) }
}

/**
 * Adds a state's or province's hours where the person's country is known and their state is not: they may be there.
 *
 * They are asked in the zones of that state. Nothing but hours and the holidays in them
 * speaks on a mere possibility: consent, counts and notices turn on knowing where somebody is.
 */
export function addWhereverItMayBe(facts: Case, rule: CompiledRule, rules: CompiledRule[]): void {
  const { settles } = rule
  if (settles?.what !== 'hours' || settles.places === null || !settles.concernsElsewhere(facts)) return
  const zones = facts.zones.filter((table) =>
    facts.places.some(
      ({ jurisdiction, whole, zones: own }) =>
        whole &&
        own.includes(table) &&
        settles.places?.some(
          (scope) =>
            jurisdiction !== null &&
            scope !== jurisdiction &&
            liesWithin(scope, jurisdiction) &&
            isAmong(table.zone, zonesOf(scope)),
        ),
    ),
  )
  if (zones.length === 0) return
  const view = { ...facts, zones, zoneNames: zones.map(({ zone }) => zone) }
  rules.push(seenThrough(rule, () => view))
}
