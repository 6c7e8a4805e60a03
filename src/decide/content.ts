import type { RuleOf } from '../model/pack-rule.ts'
import type { Pack } from '../model/pack.ts'
import { type CarriedBlocks, type ContentBlock, isRouteBlock } from '../model/template.ts'
import { addBusinessDays, type Instant, MINUTE, NEVER } from '../model/time.ts'
import { SUPPRESSION_SCOPES, type SuppressionScope } from '../model/vocabulary.ts'
import { type CompiledPack, isInForceAnywhere } from './packs.ts'
import { type Fit, fitOf, type Scope, UTC, weakest, zonesIn } from './condition.ts'

export type ContentRule = RuleOf<'content'>

/** The content blocks by which a text falls short of a rule. */
interface Shortfall {
  readonly missing: readonly ContentBlock[]
  readonly tooMuch: readonly ContentBlock[]
}

/**
 * Which required blocks does this text lack, and which forbidden ones does it have? (S18)
 *
 * Blocks that only a route can provide are never counted as missing.
 */
export function shortfallOf(
  rule: Pick<ContentRule, 'requires' | 'forbids' | 'only' | 'part'>,
  carried: CarriedBlocks,
): Shortfall {
  const found = carried[rule.part]
  if (found === null) return { missing: [], tooMuch: [] }
  const { only } = rule
  return {
    missing: (rule.requires ?? []).filter((block) => !isRouteBlock(block) && !found.includes(block)),
    tooMuch: found.filter(
      (block) => rule.forbids?.includes(block) === true || (only !== undefined && !only.includes(block)),
    ),
  }
}

/** A content rule, and how surely it applies to the scope asked about. */
export interface ContentContract {
  readonly rule: string
  readonly citation: string
  readonly content: ContentRule
  readonly fit: Exclude<Fit, 'no'>
}

/**
 * What must messages of this scope say, and what must they not? (S18)
 *
 * @param packs  as `selectPacks` gives them
 * @returns      every rule in force at `now` that holds for all of the scope (`yes`) or may hold for some of it (`maybe`)
 */
export function contentOf(scope: Scope, packs: readonly CompiledPack[], now: Instant): ContentContract[] {
  return packs.flatMap(({ pack }) =>
    (isInForceAnywhere(pack.validFrom, pack.validUntil, now) ? pack.rules : []).flatMap((rule): ContentContract[] => {
      if (
        rule.shape !== 'content' ||
        rule.status === 'off' ||
        !isInForceAnywhere(rule.when?.from, rule.when?.until, now)
      )
        return []
      const fit = weakest([fitOf(pack.applies, scope), fitOf(rule.when, scope)])
      return fit === 'no' ? [] : [{ rule: `${pack.id}/${rule.id}`, citation: rule.citation, content: rule, fit }]
    }),
  )
}

/** What an opt-out means by law. Independently of these terms, a recorded suppression binds the next decision. */
interface OptOut {
  /** The widest scope that any law gives it. */
  covers: SuppressionScope
  /** The earliest instant by which a law requires it to be honoured; null: none names a time. */
  honourBy: Instant | null
  /** Until when a confirmation may be sent, the strictest law's time; null: none names one. */
  confirmUntil: Instant | null
  /** The rules it rests on. */
  rules: { rule: string; citation: string }[]
}

/**
 * How far does an opt-out reach, and by when must it be honoured? (S16)
 *
 * Every rule that may apply is applied. Business days are Monday to Friday, the day of asking
 * not counted and holidays not skipped, so that no deadline is computed too late.
 */
export function optOutOf(scope: Scope, asked: Instant, packs: readonly CompiledPack[]): OptOut {
  let covers: SuppressionScope = 'address'
  let [honourBy, confirmUntil] = [NEVER, NEVER]
  const rules: OptOut['rules'] = []
  for (const { pack } of packs) {
    if (!isInForceAnywhere(pack.validFrom, pack.validUntil, asked)) continue
    for (const rule of pack.rules) {
      if (
        rule.shape !== 'opt-out' ||
        rule.status === 'off' ||
        !isInForceAnywhere(rule.when?.from, rule.when?.until, asked)
      )
        continue
      if (weakest([fitOf(pack.applies, scope), fitOf(rule.when, scope)]) === 'no') continue
      rules.push({ rule: `${pack.id}/${rule.id}`, citation: rule.citation })
      if (SUPPRESSION_SCOPES.indexOf(rule.covers) > SUPPRESSION_SCOPES.indexOf(covers)) covers = rule.covers
      if (rule.withinBusinessDays !== undefined)
        honourBy = Math.min(honourBy, endOfBusinessDays(scope, asked, rule.withinBusinessDays))
      if (rule.confirmationWithinMinutes !== undefined)
        confirmUntil = Math.min(confirmUntil, asked + rule.confirmationWithinMinutes * MINUTE)
    }
  }
  return {
    covers,
    honourBy: honourBy === NEVER ? null : honourBy,
    confirmUntil: confirmUntil === NEVER ? null : confirmUntil,
    rules,
  }
}

/** Does law let a recipient who opted out by message opt in again by message (START)? Every rule that may apply is applied. */
export const mayStartAgain = (scope: Scope, asked: Instant, packs: readonly Pack[]): boolean =>
  !packs.some(
    (pack) =>
      isInForceAnywhere(pack.validFrom, pack.validUntil, asked) &&
      pack.rules.some(
        (rule) =>
          rule.shape === 'opt-out' &&
          rule.startLifts === false &&
          rule.status !== 'off' &&
          isInForceAnywhere(rule.when?.from, rule.when?.until, asked) &&
          weakest([fitOf(pack.applies, scope), fitOf(rule.when, scope)]) !== 'no',
      ),
  )

/** Which words opt out, by the law of any place? As the packs write them. */
export const stopWordsOf = (packs: readonly Pack[]): string[] =>
  packs.flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.shape === 'opt-out' && rule.status === 'on' ? (rule.words ?? []) : [])),
  )

function endOfBusinessDays(scope: Scope, asked: Instant, count: number): Instant {
  return Math.min(
    ...(zonesIn(scope) ?? [UTC]).map((zone) => zone.startOfDay(addBusinessDays(zone.dayAt(asked), count) + 1)),
  )
}
