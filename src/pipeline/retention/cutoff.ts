import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { retentionOf, type RetentionReason } from '../../decide/retention.ts'
import type { Scope } from '../../decide/scope.ts'
import type { Instant } from '../../model/instant.ts'
import { monthOf, type Month } from '../../record/partitions/months.ts'

/** What the house itself demands. */
export interface HouseRetention {
  /** Whole months after the one in which something happened. */
  readonly keepMonths: number
  /** True: somebody ordered that nothing may be deleted. */
  readonly legalHold: boolean
}

/** From when on records are to be kept. */
export interface Cutoff {
  /** What is older than this month may go. */
  before: Month
  /** Unless the debt was collected since then; null: no rule counts from the last collection activity. */
  ongoingSince: Instant | null
  /** The packs' rules that ask for the longest; empty: the house's months are longer than any. */
  reasons: RetentionReason[]
}

/** No rule known asks for more. */
const FURTHEST_MONTHS = 1_200

/**
 * Since when must whatever tells of contacts be kept? The longest of all that may apply counts.
 *
 * @param scope  what the ledger's debts are; what is not known may be anything
 * @returns      null: nothing may go, because of a legal hold or a rule whose end cannot be named
 */
export function cutoffOf(scope: Scope, packs: readonly CompiledPack[], house: HouseRetention, now: Instant): Cutoff | null {
  if (house.legalHold) return null
  const askedOf = (before: Month, lastCollectionActivity: Instant) => retentionOf(
    { record: 'contact', scope, contact: { first: monthOf(before, -1), last: before - 1 }, lastCollectionActivity, legalHold: false }, packs, now)
  const houses = monthOf(now, -house.keepMonths)
  let before = houses
  let reasons: RetentionReason[] = []
  for (let back = 0; ; back++) {
    const { verdict, reasons: asked } = askedOf(before, before - 1)
    if (verdict !== 'keep') break
    if (back === FURTHEST_MONTHS) return null
    reasons = asked.filter((reason) => reason.bound === 'minimum' && (reason.until === null || reason.until > now))
    before = monthOf(before, -1)
  }
  let ongoing: Month = before
  while (ongoing < now && askedOf(before, ongoing).verdict !== 'keep') ongoing = monthOf(ongoing, 1)
  return { before, ongoingSince: ongoing < now ? ongoing : null, reasons: before < houses ? reasons : [] }
}
