import { compilePacks } from '../../decide/compile-pack.ts'
import { decide } from '../../decide/decide.ts'
import { type CompiledPack, selectPacks } from '../../decide/packs.ts'
import { canonicalJson } from '../../model/canonical-json.ts'
import type { Decision } from '../../model/decision.ts'
import type { Pack } from '../../model/pack.ts'
import { DAY, formatInstant, type Instant } from '../../model/time.ts'
import { ZONE_DATA_VERSION } from '../../model/zones/zone-data.ts'
import type { RecordedDecision } from '../../record/audit.ts'
import type { ReplayReport } from '../../report/audit.ts'

/** Refusals that no rule made: they name the product, and no pack is recorded with them. */
export const NOT_BY_RULES = /^decorum\/(?:words\/|unwritable$|total$)/

/**
 * Do these recorded facts give the same decisions again?
 *
 * Each is decided with exactly the pack versions recorded with it. Packs that were not in force yet
 * leave no trace in a decision but the instant until which it holds, so where that alone could tell,
 * those installed now are taken along; either way of deciding has to come out the same byte for byte.
 *
 * @param packs  every pack installed, in all versions
 */
export function replay(packs: readonly Pack[], recorded: readonly RecordedDecision[]): ReplayReport {
  const installed = everyPack(packs)
  const known = new Set(installed.map(nameOf))
  const report: ReplayReport = {
    sampled: recorded.length,
    same: 0,
    differences: [],
    packsMissing: [],
    otherZoneData: [],
    notByRules: 0,
    erased: 0,
  }
  const zoneData = new Map<string | null, number>()
  const missing = new Map<string, ReplayReport['packsMissing'][number]>()
  for (const one of recorded) {
    const gone = one.packs.filter((pack) => !known.has(`${pack.id} ${pack.version}`))
    for (const { id, version } of gone) {
      const counted = missing.get(`${id} ${version}`) ?? { pack: id, version, decisions: 0 }
      missing.set(`${id} ${version}`, { ...counted, decisions: counted.decisions + 1 })
    }
    if (gone.length > 0) continue
    if (one.reasons.some((reason) => NOT_BY_RULES.test(reason.rule))) report.notByRules++
    else if ((one.facts as Partial<RecordedDecision['facts']>).recipient === undefined) report.erased++
    else {
      const made = one.facts.zoneData ?? null
      if (made !== ZONE_DATA_VERSION) zoneData.set(made, (zoneData.get(made) ?? 0) + 1)
      const before = essence({ ...one, until: one.until === null ? null : one.until.getTime() })
      const again = decideAgain(installed, one)
      if (again.includes(before)) report.same++
      else
        report.differences.push({
          source: one.source,
          id: one.id,
          no: one.no,
          at: formatInstant(one.at.getTime()),
          recorded: before,
          now: again[0] as string,
          zoneData: made,
        })
    }
  }
  return {
    ...report,
    packsMissing: [...missing.values()],
    otherZoneData: [...zoneData].map(([edition, decisions]) => ({ zoneData: edition, decisions })),
  }
}

/** What has to come out the same. */
export const essence = ({ verdict, until, reasons }: Pick<Decision, 'verdict' | 'until' | 'reasons'>): string =>
  canonicalJson({ verdict, until, reasons })

const decideAgain = (installed: readonly CompiledPack[], one: RecordedDecision): string[] =>
  packsOf(installed, one).map((packs) => essence(decide(one.facts, packs, one.at.getTime())))

/** The packs that a recorded decision was made with: with those that were to come, and without. */
export function packsOf(
  installed: readonly CompiledPack[],
  one: Pick<RecordedDecision, 'at' | 'packs'>,
): [CompiledPack[], CompiledPack[]] {
  const at = one.at.getTime()
  const named = new Set(one.packs.map((pack) => `${pack.id} ${pack.version}`))
  const recorded = installed.filter((pack) => named.has(nameOf(pack)))
  const withLater = installed.filter((pack) => named.has(nameOf(pack)) || (!pack.pack.optIn && beginsAfter(pack, at)))
  return [withLater, recorded]
}

/** Nowhere on earth is it that day yet, or just so. */
const beginsAfter = ({ pack }: CompiledPack, at: Instant): boolean =>
  Date.parse(`${pack.validFrom}T00:00:00Z`) > at - DAY

export const nameOf = ({ pack }: CompiledPack): string => `${pack.id} ${pack.version}`

/** In the order in which production asks them, opt-in packs included. */
export function everyPack(packs: readonly Pack[]): CompiledPack[] {
  const selected = selectPacks(compilePacks(packs), {
    named: null,
    also: packs.filter((pack) => pack.optIn).map((pack) => pack.id),
  })
  return selected.ok ? selected.packs : []
}
