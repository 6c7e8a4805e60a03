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

/** Refusals that no pack rule made; their rule names the product, and no pack is recorded with them. */
export const NOT_BY_RULES = /^decorum\/(?:words\/|unwritable$|total$)/

/**
 * Do these recorded facts give the same decisions again?
 *
 * Each is decided with exactly the pack versions recorded with it, and once more with the installed packs that were
 * not yet in force: those are not recorded, but may bound the decision's `until`. One of the two must reproduce
 * the recorded decision byte for byte.
 *
 * @param packs  every pack installed, in all versions
 */
export function replay(packs: readonly Pack[], recorded: readonly RecordedDecision[]): ReplayReport {
  const installed = compileAllPacks(packs)
  const known = new Set(installed.map(packVersionKey))
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
  for (const decision of recorded) {
    const uninstalled = decision.packs.filter((pack) => !known.has(`${pack.id} ${pack.version}`))
    for (const { id, version } of uninstalled) {
      const counted = missing.get(`${id} ${version}`) ?? { pack: id, version, decisions: 0 }
      missing.set(`${id} ${version}`, { ...counted, decisions: counted.decisions + 1 })
    }
    if (uninstalled.length > 0) continue
    if (decision.reasons.some((reason) => NOT_BY_RULES.test(reason.rule))) report.notByRules++
    else if ((decision.facts as Partial<RecordedDecision['facts']>).recipient === undefined) report.erased++
    else {
      const made = decision.facts.zoneData ?? null
      if (made !== ZONE_DATA_VERSION) zoneData.set(made, (zoneData.get(made) ?? 0) + 1)
      const before = comparableDecision({
        ...decision,
        until: decision.until === null ? null : decision.until.getTime(),
      })
      const again = decideAgain(installed, decision)
      if (again.includes(before)) report.same++
      else
        report.differences.push({
          source: decision.source,
          id: decision.id,
          no: decision.no,
          at: formatInstant(decision.at.getTime()),
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

/** The part of a decision that a replay must reproduce, as canonical JSON. */
export const comparableDecision = ({
  verdict,
  until,
  reasons,
}: Pick<Decision, 'verdict' | 'until' | 'reasons'>): string => canonicalJson({ verdict, until, reasons })

const decideAgain = (installed: readonly CompiledPack[], decision: RecordedDecision): string[] =>
  packsOf(installed, decision).map((packs) => comparableDecision(decide(decision.facts, packs, decision.at.getTime())))

/** The packs that a recorded decision was made with: with those not yet in force, and without. */
export function packsOf(
  installed: readonly CompiledPack[],
  decision: Pick<RecordedDecision, 'at' | 'packs'>,
): [CompiledPack[], CompiledPack[]] {
  const at = decision.at.getTime()
  const named = new Set(decision.packs.map((pack) => `${pack.id} ${pack.version}`))
  const recorded = installed.filter((pack) => named.has(packVersionKey(pack)))
  const withLater = installed.filter(
    (pack) => named.has(packVersionKey(pack)) || (!pack.pack.optIn && beginsAfter(pack, at)),
  )
  return [withLater, recorded]
}

/** May its first day not have begun yet somewhere on earth? */
const beginsAfter = ({ pack }: CompiledPack, at: Instant): boolean =>
  Date.parse(`${pack.validFrom}T00:00:00Z`) > at - DAY

export const packVersionKey = ({ pack }: CompiledPack): string => `${pack.id} ${pack.version}`

/** Every version of these packs, opt-in ones included, compiled in the order in which production applies them. */
export function compileAllPacks(packs: readonly Pack[]): CompiledPack[] {
  const selected = selectPacks(compilePacks(packs), {
    named: null,
    also: packs.filter((pack) => pack.optIn).map((pack) => pack.id),
  })
  return selected.ok ? selected.packs : []
}
