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
    const rules = inherit(pack, packs, [pack.id])
    if (typeof rules !== 'string') return { ...pack, rules }
    faults.push({ path: `${pack.id}.extends`, problem: rules, cure: 'Name another pack by its id, without a circle.' })
    return pack
  })
  return faults.length > 0 ? { ok: false, faults } : { ok: true, packs: resolved }
}

function inherit(pack: Pack, packs: readonly Pack[], line: readonly string[]): Pack['rules'] | string {
  if (pack.extends === undefined) return pack.rules
  if (line.includes(pack.extends)) return `goes round in a circle: ${[...line, pack.extends].join(' → ')}`
  const versions = packs.filter(({ id }) => id === pack.extends).sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
  const base = versions.filter(({ validFrom }) => validFrom <= pack.validFrom).at(-1) ?? versions.at(-1)
  if (base === undefined) return `is not a policy pack: ${pack.extends}`
  const inherited = inherit(base, packs, [...line, base.id])
  if (typeof inherited === 'string') return inherited
  const own = new Set(pack.rules.map(({ id }) => id))
  return [...inherited.filter(({ id }) => !own.has(id)), ...pack.rules]
}
