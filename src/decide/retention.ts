import type { RecordClass, RuleOf } from '../model/pack-rule.ts'
import { DAY, type Instant, LAST_INSTANT, NEVER } from '../model/time.ts'
import { type CompiledPack, isInForceAnywhere } from './packs.ts'
import { fitOf, type Scope, UTC, weakest, zonesIn } from './condition.ts'
import type { ZoneTable } from './zone-table.ts'

/** One record, or many of one class that are kept and deleted together, such as a month's partition. */
export interface KeptRecords {
  readonly record: RecordClass
  /** Jurisdictions, roles, products, channels. What is not known may be anything, and every minimum that may apply does. */
  readonly scope: Scope
  /** When the first and the last of the recorded contacts were made; null: not known. */
  readonly contact: { readonly first: Instant; readonly last: Instant } | null
  /** The last collection activity on any of the debts concerned; null: not known, or still going on. */
  readonly lastCollectionActivity: Instant | null
  /** A legal hold forbids any deletion. */
  readonly legalHold: boolean
}

/** A rule that bounds the retention, and until when. */
export interface RetentionReason {
  rule: string
  pack: string
  version: string
  citation: string
  /** `minimum`: to be kept until `until`. `maximum`: to be deleted by `until`. */
  bound: 'minimum' | 'maximum'
  /** Null: cannot be named while its anchor is not known. */
  until: Instant | null
}

interface Retention {
  verdict: 'keep' | 'may-delete' | 'must-delete'
  /** First instant at which no minimum is left (`now` where there is none); null while none can be named (an anchor not known, a legal hold). */
  mayDeleteFrom: Instant | null
  /** First instant at which a maximum is over; null: none, or its anchor is not known. */
  mustDeleteBy: Instant | null
  /** A maximum ends before the minima do, or has passed under a legal hold: kept nevertheless, for an operator to resolve. */
  conflict: boolean
  /** Every rule that applies: minima first, the one that lasts longest before the others. */
  reasons: RetentionReason[]
}

/**
 * May these records be deleted, and must they be? (S22)
 *
 * All rules in force that may apply are applied. The strictest minimum wins; a legal
 * hold outlasts everything; records whose anchor is not known are kept. A maximum binds only
 * where it surely applies, because a deletion cannot be undone. Where no rule applies:
 * `may-delete`, from `now`.
 *
 * @param packs  as `selectPacks` gives them, every version of each
 */
export function retentionOf(kept: KeptRecords, packs: readonly CompiledPack[], now: Instant): Retention {
  const reasons: RetentionReason[] = []
  let [from, by] = [-NEVER, NEVER]
  for (const { pack } of packs) {
    if (!isInForceAnywhere(pack.validFrom, pack.validUntil, now)) continue
    for (const rule of pack.rules) {
      if (rule.shape !== 'retention' || rule.status === 'off' || rule.record !== kept.record) continue
      if (!isInForceAnywhere(rule.when?.from, rule.when?.until, now)) continue
      const fit = weakest([fitOf(pack.applies, kept.scope), fitOf(rule.when, kept.scope)])
      if (fit === 'no') continue
      const about = { rule: `${pack.id}/${rule.id}`, pack: pack.id, version: pack.version, citation: rule.citation }
      const least = lastEnd(rule, kept)
      from = Math.max(from, least)
      reasons.push({ ...about, bound: 'minimum', until: finite(least) })
      if (rule.maximum !== true || fit !== 'yes') continue
      const most = firstEnd(rule, kept)
      by = Math.min(by, most)
      reasons.push({ ...about, bound: 'maximum', until: finite(most) })
    }
  }
  if (kept.legalHold) from = NEVER
  else if (from === -NEVER) from = now
  const passed = by <= now
  const verdict = from > now ? 'keep' : passed ? 'must-delete' : 'may-delete'
  const conflict = by < NEVER && (kept.legalHold ? passed : by < from)
  return { verdict, mayDeleteFrom: finite(from), mustDeleteBy: finite(by), conflict, reasons: reasons.sort(byBound) }
}

type RetentionRule = RuleOf<'retention'>

/** In no zone does a period, one from a leap day included, end later than this after its end in UTC. */
const LATEST_ZONE = 2 * DAY

/** When the last of the records' periods is over, wherever the recipients are; NEVER while its anchor is not known. */
function lastEnd(rule: RetentionRule, kept: KeptRecords): Instant {
  const anchor = rule.anchor === 'contact' ? kept.contact?.last : kept.lastCollectionActivity
  if (anchor == null) return NEVER
  const zones = zonesIn(kept.scope)
  return zones === null
    ? endOfPeriod(rule, UTC, anchor) + LATEST_ZONE
    : Math.max(...zones.map((zone) => endOfPeriod(rule, zone, anchor)))
}

/** When the first of the records' periods is over; NEVER while its anchor is not known. Asked only where the place is known. */
function firstEnd(rule: RetentionRule, kept: KeptRecords): Instant {
  const anchor = rule.anchor === 'contact' ? kept.contact?.first : kept.lastCollectionActivity
  return anchor == null
    ? NEVER
    : Math.min(...(zonesIn(kept.scope) ?? [UTC]).map((zone) => endOfPeriod(rule, zone, anchor)))
}

/** The end of the local day this many years, months or days after the anchor's; a day that the month lacks becomes the first of the next. */
function endOfPeriod({ years = 0, months = 0, days = 0 }: RetentionRule, zone: ZoneTable, anchor: Instant): Instant {
  const anchored = zone.dayAt(anchor)
  const date = new Date(anchored * DAY)
  const [year, month, day] = [date.getUTCFullYear() + years, date.getUTCMonth() + months, date.getUTCDate()]
  const daysOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const anniversary = day > daysOfMonth ? Date.UTC(year, month + 1, 1) : Date.UTC(year, month, day)
  return zone.startOfDay(anniversary / DAY + days + 1)
}

const finite = (instant: Instant): Instant | null => (instant > LAST_INSTANT ? null : instant)

const byBound = (a: RetentionReason, b: RetentionReason): number =>
  a.bound === b.bound ? later(b) - later(a) || 0 : a.bound === 'minimum' ? -1 : 1

const later = (reason: RetentionReason): number => reason.until ?? Number.MAX_SAFE_INTEGER
