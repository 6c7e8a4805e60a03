import type { Pack } from '../model/pack.ts'
import { isFinerThanCountry, isWithin, zonesOf, zonesOfCountry } from '../model/places/jurisdiction.ts'
import { type EvaluationContext, isMerged, isPast } from './evaluation-context.ts'
import { zoneTable, type ZoneTable } from './zone-table.ts'

/** The context as a pack sees it, with the places its location mode chooses. */
export type Locate = (c: EvaluationContext) => EvaluationContext

/** One item of evidence, with the zones it allows; `finer`: more precise than a whole country. */
interface Sign {
  readonly kind: string
  readonly zones: readonly string[]
  readonly finer: boolean
}

/** The ranking of evidence for mode `single` where the pack has none, strongest first. */
const RANKING = ['stated-zone', 'stated', 'postal-address', 'jurisdiction', 'area-code']

/**
 * In which places and zones does this pack evaluate its rules? (S5)
 *
 * `all-candidates`: in all that the evidence allows. `presume-area-code`: a recipient
 * called at an area code within the pack's own places is presumed to be there, so the pack
 * applies whatever else is known, with hours in the area code's zones. `single`: the
 * best-ranked sign decides. Both narrow only while every sign agrees (the zones chosen
 * are among those of each, and something more precise than a whole country names them);
 * where signs disagree every candidate stays, because nothing is sent outside the hours of
 * a zone in which the recipient may plausibly be (promise 3).
 *
 * @returns  null for `all-candidates`: the context is used unchanged
 */
export function compileLocation({ location, applies }: Pack): Locate | null {
  if (location === undefined || location.mode === 'all-candidates') return null
  const { mode, ranking = RANKING } = location
  const places = applies.jurisdictions
  const look: Locate =
    mode === 'single'
      ? (c) => narrowed(c, bestRanked(signsOf(c), ranking), c.jurisdictions)
      : (c) => {
          const there = calledPlaces(c).filter(
            (place) => places === undefined || places.some((scope) => isWithin(place, scope)),
          )
          return there.length === 0 ? c : narrowed(c, areaCode(c), [...new Set([...c.jurisdictions, ...there])])
        }
  let [seen, view]: [EvaluationContext | null, EvaluationContext | null] = [null, null]
  return (c) => {
    if (c !== seen) [seen, view] = [c, look(c)]
    return view as EvaluationContext
  }
}

/** Subdivisions of the number to be called; an email address has none. */
const calledPlaces = ({ facts }: EvaluationContext): readonly string[] =>
  facts.reminder.channel === 'email' ? [] : (facts.address?.subdivisions ?? [])

const areaCode = ({ facts }: EvaluationContext): readonly string[] | null =>
  facts.address === null || facts.address.zones.length === 0 ? null : facts.address.zones

/** The context limited to these zones, if every sign agrees with them. */
function narrowed(
  c: EvaluationContext,
  zones: readonly string[] | null,
  jurisdictions: readonly string[],
): EvaluationContext {
  const tables =
    c.located && zones !== null && agreed(c, zones)
      ? zones.map(zoneTable).filter((table): table is ZoneTable => table !== null)
      : []
  if (tables.length === 0) return jurisdictions === c.jurisdictions ? c : { ...c, jurisdictions }
  return { ...c, jurisdictions, zones: tables, zoneNames: tables.map(({ zone }) => zone) }
}

/** Are these among the zones of each sign, and is one sign more precise than a whole country? */
function agreed(c: EvaluationContext, zones: readonly string[]): boolean {
  const signs = signsOf(c)
  return signs.some((sign) => sign.finer) && signs.every((sign) => zones.every((zone) => sign.zones.includes(zone)))
}

function bestRanked(signs: readonly Sign[], ranking: readonly string[]): readonly string[] | null {
  for (const kind of ranking) {
    const found = signs.filter((sign) => sign.kind === kind)
    if (found.length > 0) return [...new Set(found.flatMap((sign) => sign.zones))]
  }
  return null
}

/** Every sign of where the recipient is, as `placesOf` reads them: a mobile's area code counts as its country. */
function signsOf({ facts: { recipient, address, reminder } }: EvaluationContext): Sign[] {
  const signs: Sign[] = []
  const add = (kind: string, place: string | null, zone: string | null): void => {
    const finer = !isPast({ kind })
    if (zone !== null) signs.push({ kind, zones: [zone], finer })
    if (place !== null) signs.push({ kind, zones: zonesOf(place), finer: finer && isFinerThanCountry(place) })
  }
  add('stated-zone', null, recipient.timeZone)
  add('jurisdiction', recipient.jurisdiction, null)
  for (const { kind, jurisdiction, timeZone } of recipient.locationEvidence) {
    // It stands for places that are no longer told apart, and so agrees with none.
    if (isMerged({ kind })) signs.push({ kind, zones: [], finer: false })
    else add(kind, jurisdiction, timeZone)
  }
  if (reminder.channel !== 'email' && address !== null && address.country !== null) {
    const known = address.zones.length > 0
    signs.push({
      kind: 'area-code',
      zones: known ? address.zones : zonesOfCountry(address.country),
      finer: known && address.kind === 'landline',
    })
  }
  return signs
}
