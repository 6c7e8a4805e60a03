import type { Fault } from '../model/errors.ts'
import { nearMiss } from '../model/faults.ts'
import type { RuleOf } from '../model/pack-rule.ts'
import type { Pack } from '../model/pack.ts'
import { liesWithin } from '../model/places/jurisdiction.ts'
import { DAY, dayNumber, HOUR, type Instant, type LocalDate } from '../model/time.ts'
import type { EvaluationContext, Place } from './evaluation-context.ts'
import type { CompiledRule } from './rule.ts'
import type { AskEffectivePeriod } from './effective-period.ts'

/** A pack made ready to decide with: compile once, use for every decision. */
export interface CompiledPack {
  readonly pack: Pack
  /** Does it apply in this context, its dates apart? */
  readonly appliesTo: (c: EvaluationContext) => boolean
  /** False: it applies to nobody whose jurisdictions are these, whatever else is known of them. */
  readonly mayApplyIn: (jurisdictions: readonly string[]) => boolean
  readonly inForce: AskEffectivePeriod
  /** The rules that may object; those switched off are not among them. */
  readonly rules: readonly CompiledRule[]
  /** Its exceptions for an answer to the recipient's own message. */
  readonly replies: readonly RuleOf<'reply'>[]
}

/** Which packs to consider: exactly the `named` ones, or the defaults and the opt-in ones named `also`. */
export interface PackChoice {
  named: readonly string[] | null
  /** Opt-in packs that the configuration adds to the defaults. */
  also?: readonly string[]
  /** House packs that the configuration leaves out of the defaults. */
  without?: readonly string[]
}

/**
 * Which packs are considered for a decision?
 *
 * Named packs are exactly those, fallback or not. By default every pack that is not
 * opt-in, the fallback included; `decide` itself leaves out those that do not apply.
 *
 * @returns  the packs, every version of each, the oldest law first, or a fault for each unknown name
 */
export function selectPacks(
  all: readonly CompiledPack[],
  choice: PackChoice,
): { ok: true; packs: CompiledPack[] } | { ok: false; faults: Fault[] } {
  const known = [...new Set(all.map(({ pack }) => pack.id))]
  const wanted = choice.named ?? choice.also ?? []
  const faults = wanted.flatMap((name, i): Fault[] => {
    if (known.includes(name)) return []
    const meant = nearMiss(name, known)
    return [
      {
        path: `packs[${i}]`,
        problem: `is not a policy pack: ${name}`,
        cure: meant === null ? `Known: ${known.join(', ')}.` : `Did you mean "${meant}"?`,
      },
    ]
  })
  if (faults.length > 0) return { ok: false, faults }
  if (choice.named !== null) {
    const named = new Set(choice.named)
    return { ok: true, packs: inOrder(all.filter(({ pack }) => named.has(pack.id)).map(asOrdinary)) }
  }
  const [also, without] = [new Set(choice.also), new Set(choice.without)]
  return {
    ok: true,
    packs: inOrder(
      all.filter(({ pack }) => (!pack.optIn || also.has(pack.id)) && !(pack.kind === 'house' && without.has(pack.id))),
    ),
  }
}

const byAge = (a: CompiledPack, b: CompiledPack): number => (rank(a) < rank(b) ? -1 : 1)
const rank = ({ pack }: CompiledPack): string =>
  `${pack.kind === 'law' ? 0 : 1} ${pack.validFrom} ${pack.id} ${pack.version}`

/** Law before house rules, older before newer: where several objections end together, that one is named first. */
const inOrder = (packs: CompiledPack[]): CompiledPack[] => packs.sort(byAge)

const ordinary = new WeakMap<CompiledPack, CompiledPack>()

/** A fallback pack that is named explicitly applies even where law regulates the same. */
function asOrdinary(compiled: CompiledPack): CompiledPack {
  if (!compiled.pack.fallback) return compiled
  let plain = ordinary.get(compiled)
  if (plain === undefined) {
    plain = { ...compiled, pack: { ...compiled.pack, fallback: false } }
    ordinary.set(compiled, plain)
  }
  return plain
}

/** By the packs and then by the list of places, of which evaluation contexts share one for the same evidence. */
const nearby = new WeakMap<readonly CompiledPack[], WeakMap<readonly Place[], readonly CompiledPack[]>>()

/**
 * Which of these packs may have a rule for somebody at these places? In the same order.
 *
 * Those that may apply there, and those that set hours for a state or province of a country in which it is not known.
 */
export function packsAt(
  packs: readonly CompiledPack[],
  { jurisdictions, places }: Pick<EvaluationContext, 'jurisdictions' | 'places'>,
): readonly CompiledPack[] {
  let byPlaces = nearby.get(packs)
  if (byPlaces === undefined) nearby.set(packs, (byPlaces = new WeakMap()))
  let found = byPlaces.get(places)
  if (found === undefined) {
    found = packs.filter((pack) => pack.mayApplyIn(jurisdictions) || setsHoursWithin(pack, places))
    byPlaces.set(places, found)
  }
  return found
}

const setsHoursWithin = ({ rules }: CompiledPack, places: readonly Place[]): boolean =>
  rules.some(
    ({ regulates }) =>
      regulates?.what === 'hours' &&
      regulates.places?.some((scope) =>
        places.some(({ whole, jurisdiction }) => whole && jurisdiction !== null && liesWithin(scope, jurisdiction)),
      ) === true,
  )

/** No local day begins or ends further than this from the same day in UTC. */
const MAX_OFFSET = 14 * HOUR

/** Is it one of these days, in any zone of the earth? `until` is the first day that is not. */
export const isInForceAnywhere = (
  from: LocalDate | undefined,
  until: LocalDate | null | undefined,
  now: Instant,
): boolean =>
  (from === undefined || now >= (dayNumber(from) as number) * DAY - MAX_OFFSET) &&
  (until == null || now < (dayNumber(until) as number) * DAY + MAX_OFFSET)
