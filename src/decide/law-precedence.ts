import { liesWithin, zonesOf } from '../model/places/jurisdiction.ts'
import { type Instant, NEVER } from '../model/time.ts'
import type { EvaluationContext, Place } from './evaluation-context.ts'
import { allows, type Answer, type CompiledRule, objects, type Regulation, withView } from './rule.ts'
import type { EffectivePeriod } from './effective-period.ts'
import { isAmong } from './zone-table.ts'

/**
 * Where and when does a house rule bind, next to the rules of law?
 *
 * Law takes precedence: a house rule binds only in those places where the recipient may be in which
 * no rule of law regulates the same matter (hours, a count, a spacing, a cooldown, over this channel)
 * at that instant. A law of another place or another channel, one that does not apply on that day of
 * the debt and one no longer in force leave the house rule standing. Hours bind in the zones of those
 * places; contacts are counted for the whole recipient.
 *
 * @param law  the rules of law that apply in this context, as packs gave them
 * @returns    null where law regulates the matter everywhere from now on
 */
export function yieldToLaw(
  rule: CompiledRule,
  c: EvaluationContext,
  law: readonly CompiledRule[],
): CompiledRule | null {
  const kinds = REGULATED_BY[rule.regulates?.what ?? 'hours']
  const left: UnsettledPlace[] = []
  let entirely = true
  for (const place of c.places) {
    const there = placedIn(c, place)
    const settled = lawsSettling(place, there, law, kinds)
    if (settled === null || settled.length > 0) entirely = false
    if (settled !== null) left.push({ place, there, settled })
  }
  if (entirely) return rule
  return left.length === 0 ? null : limitedTo(rule, c, left)
}

/** A place that no law regulates permanently, with the laws that regulate it at times. */
interface UnsettledPlace {
  readonly place: Place
  /** The context limited to this place's zones. */
  readonly there: EvaluationContext
  readonly settled: readonly Regulation[]
}

const NO_LAWS: readonly Regulation[] = []

/** The laws that regulate this matter in a place at times; null where one does permanently. */
function lawsSettling(
  place: Place,
  c: EvaluationContext,
  law: readonly CompiledRule[],
  kinds: ReadonlySet<Regulation['what']>,
): readonly Regulation[] | null {
  let found = NO_LAWS
  for (const { regulates } of law) {
    if (regulates === undefined || !kinds.has(regulates.what) || !isAt(place, regulates.places)) continue
    if (regulates.channels !== null && !regulates.channels.includes(c.facts.reminder.channel)) continue
    if (appliesForGood(regulates, c)) return null
    found = [...found, regulates]
  }
  return found
}

/** The rule as it binds in these places, while none of their laws applies. */
function limitedTo(rule: CompiledRule, c: EvaluationContext, left: readonly UnsettledPlace[]): CompiledRule {
  const view = viewOf(c, rule.regulates?.what === 'hours')
  /** Until when the last answer of `boundAt` holds, at least. */
  let change: Instant = NEVER
  const boundAt = (at: Instant): Place[] => {
    change = NEVER
    return left
      .filter(({ settled, there }) => !settled.some((law) => appliesAt(law, there, at)))
      .map(({ place }) => place)
  }
  const appliesAt = ({ period }: Regulation, there: EvaluationContext, at: Instant): boolean => {
    if (period === null) return true
    period(there, at, time)
    change = Math.min(change, time.until)
    return time.applies
  }
  const askOnce = (at: Instant, answer: Answer): boolean => {
    const bound = boundAt(at)
    const until = change
    if (bound.length === 0) allows(answer, until)
    else rule.ask(view(bound), at, answer)
    const truncated = until < answer.until
    if (truncated) answer.until = until
    return truncated
  }
  const { detail } = rule
  return {
    ...rule,
    silent: (_c, at) => (boundAt(at).length === 0 ? 'other_hours' : null),
    ...(detail === undefined ? {} : { detail: (_c: EvaluationContext, at: Instant) => detail(view(boundAt(at)), at) }),
    ask: (_c, at, answer) => {
      let truncated = askOnce(at, answer)
      const { code } = answer
      // Where a law begins or ceases to apply, another place may object: the end is the first instant at which none does.
      while (code !== null && truncated) {
        const end = answer.until
        truncated = askOnce(end, answer)
        if (answer.code === null) return objects(answer, code, end)
        // An endless objection (hours that never meet) keeps its own code.
        if (answer.until !== NEVER) answer.code = code
      }
    },
  }
}

/**
 * Which laws take precedence over a house rule on each matter. A law that limits the number of calls has also decided how
 * soon after a conversation a recipient may be called again. Rules on other matters yield together with the hours.
 */
const REGULATED_BY: Readonly<Record<NonNullable<Regulation['what']>, ReadonlySet<Regulation['what']>>> = {
  hours: new Set(['hours']),
  cap: new Set(['cap']),
  spacing: new Set(['spacing']),
  cooldown: new Set(['cooldown', 'cap']),
}

const time: EffectivePeriod = { applies: true, until: NEVER }

/** Does it apply from the decision's own instant on? Earlier instants are never asked about. */
function appliesForGood({ period }: Regulation, c: EvaluationContext): boolean {
  if (period === null) return true
  period(c, c.now, time)
  return time.applies && time.until === NEVER
}

/**
 * The context in one place's zones: whether a law applies there goes by that place's own clocks, so that a day past due
 * which has not ended elsewhere does not displace the house rule here.
 */
const placedIn = (c: EvaluationContext, { zones }: Place): EvaluationContext =>
  zones.length === 0 || zones.length === c.zones.length ? c : { ...c, zones, zoneNames: zones.map(({ zone }) => zone) }

const isAt = ({ jurisdiction }: Place, places: readonly string[] | null): boolean =>
  places === null || (jurisdiction !== null && places.some((scope) => liesWithin(jurisdiction, scope)))

/** The context limited to the zones of these places, for hours; made once for each set of places. */
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
 * Adds the hours of each state or province the recipient may be in, where only their country is known.
 *
 * They are asked in the zones of that state. Only hours and the holidays in them bind on a mere
 * possibility: consent, counts and notices require that the place is known.
 */
export function addPossibleStateHours(c: EvaluationContext, rule: CompiledRule, rules: CompiledRule[]): void {
  const { regulates } = rule
  if (regulates?.what !== 'hours' || regulates.places === null || !regulates.concernsElsewhere(c)) return
  const zones = c.zones.filter((table) =>
    c.places.some(
      ({ jurisdiction, whole, zones: own }) =>
        whole &&
        own.includes(table) &&
        regulates.places?.some(
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
  rules.push(withView(rule, () => view))
}
