import type { CarriedBlocks, ContentBlock } from '../model/content-block.ts'
import { isRouteBlock } from '../model/content-block.ts'
import type { Instant } from '../model/instant.ts'
import type { RuleOf } from '../model/pack-rule.ts'
import type { CompiledPack } from './compiled-pack.ts'
import { isInForceAnywhere } from './in-force.ts'
import { fitOf, weakest, type Fit, type Scope } from './scope.ts'

export type ContentRule = RuleOf<'content'>

/** What one rule wants of some words, and what of it they lack or say too much. */
export interface Shortfall {
  readonly missing: readonly ContentBlock[]
  readonly tooMuch: readonly ContentBlock[]
}

/**
 * What do these words lack, and what do they say that they must not? (S18)
 *
 * What only a route can show is left out: no words could.
 */
export function shortfallOf(rule: Pick<ContentRule, 'requires' | 'forbids' | 'only' | 'part'>, carried: CarriedBlocks): Shortfall {
  const found = carried[rule.part]
  if (found === null) return { missing: [], tooMuch: [] }
  const { only } = rule
  return {
    missing: (rule.requires ?? []).filter((block) => !isRouteBlock(block) && !found.includes(block)),
    tooMuch: found.filter((block) => rule.forbids?.includes(block) === true || (only !== undefined && !only.includes(block))),
  }
}

/** A contract for the words of messages, and how surely it holds for what was asked about. */
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
  return packs.flatMap(({ pack }) => (isInForceAnywhere(pack.validFrom, pack.validUntil, now) ? pack.rules : []).flatMap((rule): ContentContract[] => {
    if (rule.shape !== 'content' || rule.status === 'off' || !isInForceAnywhere(rule.when?.from, rule.when?.until, now)) return []
    const fit = weakest([fitOf(pack.applies, scope), fitOf(rule.when, scope)])
    return fit === 'no' ? [] : [{ rule: `${pack.id}/${rule.id}`, citation: rule.citation, content: rule, fit }]
  }))
}
