import { liesWithin, zonesOf } from '../model/places/jurisdiction.ts'
import { type Instant, NEVER } from '../model/time.ts'
import type { EvaluationContext, Place } from './evaluation-context.ts'
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
export function stepsBack(rule: CompiledRule, c: EvaluationContext, law: readonly CompiledRule[]): CompiledRule | null {
  const settling = SETTLED_BY[rule.settles?.what ?? 'hours']
  const left: LeftPlace[] = []
  let entirely = true
  for (const place of c.places) {
    const there = placedIn(c, place)
    const settled = settlersOf(place, there, law, settling)
    if (settled === null || settled.length > 0) entirely = false
    if (settled !== null) left.push({ place, there, settled })
  }
  if (entirely) return rule
  return left.length === 0 ? null : boundIn(rule, c, left)
}

/** A place that no law settles for good, with the laws that settle it at times. */
interface LeftPlace {
  readonly place: Place
  /** The case in this place's zones alone. */
  readonly there: EvaluationContext
  readonly settled: readonly SearchSettlement[]
}

const NOBODY: readonly SearchSettlement[] = []

/** The laws that settle this in a place now and then; null where one does for good. */
function settlersOf(
  place: Place,
  c: EvaluationContext,
  law: readonly CompiledRule[],
  settling: ReadonlySet<SearchSettlement['what']>,
): readonly SearchSettlement[] | null {
  let found = NOBODY
  for (const { settles } of law) {
    if (settles === undefined || !settling.has(settles.what) || !isAt(place, settles.places)) continue
    if (settles.channels !== null && !settles.channels.includes(c.facts.reminder.channel)) continue
    if (speaksForGood(settles, c)) return null
    found = [...found, settles]
  }
  return found
}

/** The rule as it binds in these places, while none of their laws speaks. */
function boundIn(rule: CompiledRule, c: EvaluationContext, left: readonly LeftPlace[]): CompiledRule {
  const view = viewOf(c, rule.settles?.what === 'hours')
  /** Until when what was found last is so, at least. */
  let change: Instant = NEVER
  const boundAt = (at: Instant): Place[] => {
    change = NEVER
    return left
      .filter(({ settled, there }) => !settled.some((law) => speaksAt(law, there, at)))
      .map(({ place }) => place)
  }
  const speaksAt = ({ speaking }: SearchSettlement, there: EvaluationContext, at: Instant): boolean => {
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
    silent: (_c, at) => (boundAt(at).length === 0 ? 'other_hours' : null),
    ...(detail === undefined ? {} : { detail: (_c: EvaluationContext, at: Instant) => detail(view(boundAt(at)), at) }),
    ask: (_c, at, answer) => {
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
function speaksForGood({ speaking }: SearchSettlement, c: EvaluationContext): boolean {
  if (speaking === null) return true
  speaking(c, c.now, time)
  return time.speaks && time.until === NEVER
}

/**
 * A law settles something in a place by that place's own clocks: a day past due that has not ended somewhere else
 * must not keep the house away from here.
 */
const placedIn = (c: EvaluationContext, { zones }: Place): EvaluationContext =>
  zones.length === 0 || zones.length === c.zones.length ? c : { ...c, zones, zoneNames: zones.map(({ zone }) => zone) }

const isAt = ({ jurisdiction }: Place, places: readonly string[] | null): boolean =>
  places === null || (jurisdiction !== null && places.some((scope) => liesWithin(jurisdiction, scope)))

/** The case in the zones of these places alone, where hours are asked; made once for each set of places. */
function viewOf(c: EvaluationContext, byZone: boolean): (places: readonly Place[]) => EvaluationContext {
  let [seen, view]: [readonly Place[], EvaluationContext] = [c.places, c]
  return (places) => {
    if (!byZone || places.length === c.places.length) return c
    if (places.length !== seen.length || places.some((place, i) => place !== seen[i]))
      [seen, view] = [places, inZonesOf(c, places)]
    return view
  }
}

function inZonesOf(c: EvaluationContext, places: readonly Place[]): EvaluationContext {
  const zones = c.zones.filter((zone) => places.some((place) => place.zones.includes(zone)))
  return { ...c, zones, zoneNames: zones.map(({ zone }) => zone) }
}

/**
 * Adds a state's or province's hours where the person's country is known and their state is not: they may be there.
 *
 * They are asked in the zones of that state. Nothing but hours and the holidays in them
 * speaks on a mere possibility: consent, counts and notices turn on knowing where somebody is.
 */
export function addWhereverItMayBe(c: EvaluationContext, rule: CompiledRule, rules: CompiledRule[]): void {
  const { settles } = rule
  if (settles?.what !== 'hours' || settles.places === null || !settles.concernsElsewhere(c)) return
  const zones = c.zones.filter((table) =>
    c.places.some(
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
  const view = { ...c, zones, zoneNames: zones.map(({ zone }) => zone) }
  rules.push(seenThrough(rule, () => view))
}
