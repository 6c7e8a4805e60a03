import type { Config } from '../config/config.ts'
import { contentOf, shortfallOf, type ContentContract } from '../decide/content.ts'
import { isRouteBlock } from '../model/content-block.ts'
import type { Creditor } from '../model/creditor.ts'
import type { Instant } from '../model/instant.ts'
import { localeChain } from '../model/locale-chain.ts'
import { carriedBlocks } from '../render/carried-blocks.ts'
import { policyOf } from './policy.ts'

/** Words on a creditor's own ladder that lack what a law wants of them, or say what it forbids. */
export interface ContentGap {
  creditor: string
  template: string
  channel: string
  rule: string
  citation: string
  missing: readonly string[]
  tooMuch: readonly string[]
  /** False: guidance, or a thing that only the route can show. Nothing is refused for it. */
  refused: boolean
}

/**
 * Which words would be refused, or fall short of guidance, for what creditors say of themselves?
 *
 * Asked of each creditor's own ladder with its default place, role, product and locale; a
 * creditor that names no place is left to the decisions, which know where each person is.
 */
export function contentGaps(config: Config, now: Instant): ContentGap[] {
  const packs = policyOf(config)
  const gaps = new Map<string, ContentGap>()
  for (const creditor of config.creditors.values()) {
    const { jurisdiction, role, product } = creditor.defaults
    if (jurisdiction === null) continue
    for (const { template, channel, tone } of spoken(config, creditor)) {
      const scope = { jurisdictions: [jurisdiction], roles: [role], products: [product], channels: [channel], tones: [tone], kinds: null, modes: ['automated' as const] }
      for (const contract of contentOf(scope, packs, now)) {
        const gap = contract.fit === 'yes' ? gapOf(contract, config, creditor, { template, channel, tone }) : null
        if (gap !== null) gaps.set(`${creditor.id} ${template} ${channel} ${contract.rule}`, gap)
      }
    }
  }
  return [...gaps.values()]
}

interface Spoken { template: string; channel: 'phone' | 'sms' | 'email'; tone: 'gentle' | 'neutral' | 'firm' | 'final' }

const spoken = (config: Config, creditor: Creditor): Spoken[] =>
  (config.ladders.get(creditor.defaults.ladder)?.ladder.rungs ?? []).flatMap((rung) => (rung.who !== 'machine' ? [] : rung.channels.map((channel) => ({ template: rung.template, channel, tone: rung.tone }))))

function gapOf({ content, rule, citation }: ContentContract, config: Config, creditor: Creditor, { template, channel, tone }: Spoken): ContentGap | null {
  const words = config.templates.get(template)
  const carried = words === undefined ? null : carriedBlocks(words, { channel, tone, locales: localeChain([creditor.defaults.locale], config.locales) })
  if (carried === null) return null
  const ofRoute = (content.requires ?? []).filter(isRouteBlock)
  const { missing, tooMuch } = shortfallOf(content, carried)
  if (missing.length + tooMuch.length + ofRoute.length === 0) return null
  return { creditor: creditor.id, template, channel, rule, citation, missing: [...missing, ...ofRoute], tooMuch, refused: content.force !== 'soft' && missing.length + tooMuch.length > 0 }
}

/** A gap for people: what is wrong, by which law, and what becomes of it. */
export function gapText({ creditor, template, channel, rule, citation, missing, tooMuch, refused }: ContentGap): string {
  const what = [missing.length === 0 ? null : `lack ${missing.join(', ')}`, tooMuch.length === 0 ? null : `say ${tooMuch.join(', ')}`].filter((part) => part !== null).join(' and ')
  return `the ${channel} words of template ${template}, for ${creditor}, ${what}: ${rule}, ${citation}; ${refused ? 'such reminders are refused until the words change' : 'see that it is provided for'}`
}
