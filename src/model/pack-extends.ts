import type { Fault } from './errors.ts'
import type { Pack } from './pack.ts'

/**
 * Which rules does each pack have, those it inherits by `extends` included?
 *
 * A rule of the same id replaces the inherited one. Of several versions of the pack
 * that is extended, the latest one already valid on the extending pack's first day.
 *
 * @returns  the packs, or a fault for each that extends itself or what does not exist
 */
export function withInheritedRules(packs: readonly Pack[]): { ok: true; packs: Pack[] } | { ok: false; faults: Fault[] } {
  const faults: Fault[] = []
  const resolved = packs.map((pack) => {
    const rules = inherit(pack, packs)
    if (typeof rules !== 'string') return { ...pack, rules, ...zoneDataNeeded(pack, packs) }
    faults.push({ path: `${pack.id}.extends`, problem: rules, cure: rules.startsWith('goes round') ? CIRCLE_CURE : 'Name another pack by its id.' })
    return pack
  })
  return faults.length > 0 ? { ok: false, faults } : { ok: true, packs: resolved }
}

/** Those of the packs that have all their rules: neither they nor what they extend goes round in a circle or leads nowhere. */
export const whole = (packs: readonly Pack[]): Pack[] => packs.filter((pack) => typeof inherit(pack, packs) !== 'string')

/** What is wrong with a circle, and its cure. */
export const circleWords = (circle: readonly string[]): string => `goes round in a circle: ${circle.join(' → ')}`
export const CIRCLE_CURE = 'Take "extends" out of one of these packs, and repeat there the rules that it needs.'

/** The ids round which `extends` of this pack leads in a circle; null when it ends. */
export function extendsCircle(pack: Pack, packs: readonly Pack[]): readonly string[] | null {
  const line = [pack.id]
  for (let here: Pack | undefined = pack; here?.extends !== undefined; here = baseOf(here, packs)) {
    if (here !== pack) line.push(here.id)
    if (line.includes(here.extends)) return [...line, here.extends]
  }
  return null
}

/** The newest that the pack or what it extends needs. */
function zoneDataNeeded(pack: Pack, packs: readonly Pack[]): Pick<Pack, 'zoneData'> {
  const base = pack.extends === undefined ? undefined : baseOf(pack, packs)
  const needed = [pack.zoneData, ...(base === undefined ? [] : [zoneDataNeeded(base, packs).zoneData])].filter((edition) => edition !== undefined).sort()
  return needed.length === 0 ? {} : { zoneData: needed.at(-1) }
}

function baseOf(pack: Pack, packs: readonly Pack[]): Pack | undefined {
  const versions = packs.filter(({ id }) => id === pack.extends).sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
  return versions.filter(({ validFrom }) => validFrom <= pack.validFrom).at(-1) ?? versions.at(-1)
}

function inherit(pack: Pack, packs: readonly Pack[]): Pack['rules'] | string {
  if (pack.extends === undefined) return pack.rules
  const circle = extendsCircle(pack, packs)
  if (circle !== null) return circleWords(circle)
  const base = baseOf(pack, packs)
  if (base === undefined) return `is not a policy pack: ${pack.extends}`
  const inherited = inherit(base, packs)
  if (typeof inherited === 'string') return inherited
  const own = new Set(pack.rules.map(({ id }) => id))
  return [...inherited.filter(({ id }) => !own.has(id)), ...pack.rules]
}
