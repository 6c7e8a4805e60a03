import { caseOf } from '../../decide/case.ts'
import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { compileCondition } from '../../decide/condition.ts'
import { isCounted } from '../../decide/counting.ts'
import { NEVER } from '../../decide/rule.ts'
import { compileCountWindow } from '../../decide/shapes/count-window.ts'
import type { SpeakingTime } from '../../decide/speaking-time.ts'
import type { Facts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'

/** How far a cap was used by one contact: that one and those that count with it. */
export interface CapUse {
  /** `pack/rule`. */
  rule: string
  pack: string
  version: string
  citation: string
  verified: boolean
  limit: number
  used: number
}

/** Tells how far every cap that concerns a contact is used once it is made. */
export type ReadCaps = (facts: Facts, at: Instant) => CapUse[]

/**
 * Makes the caps of these packs ready to be read.
 *
 * Counts as the cap itself does, in the candidate zone and for the account where most count; the contact
 * about to be made counts, whatever may come of it.
 */
export function capReader(packs: readonly CompiledPack[]): ReadCaps {
  const gauges = packs.flatMap((compiled) => compiled.pack.rules.flatMap((rule) =>
    rule.shape === 'cap' && rule.status === 'on' ? [{ compiled, rule, concerns: compileCondition(rule.when), window: compileCountWindow(rule.window) }] : []))
  const time: SpeakingTime = { speaks: true, until: NEVER }
  return (facts, at) => {
    const asked = caseOf(facts, at)
    const uses: CapUse[] = []
    for (const { compiled, rule, concerns, window } of gauges) {
      if (!rule.channels.includes(facts.reminder.channel) || !compiled.appliesTo(asked) || !concerns(asked)) continue
      compiled.inForce(asked, at, time)
      if (!time.speaks) continue
      let used = 0
      for (const zone of asked.zones) used = Math.max(used, usedSince(facts, rule, window.since(zone, at)))
      uses.push({ rule: `${compiled.pack.id}/${rule.id}`, pack: compiled.pack.id, version: compiled.pack.version, citation: rule.citation, verified: rule.verified !== 'no', limit: rule.limit, used: used + 1 })
    }
    return uses
  }
}

function usedSince(facts: Facts, rule: RuleOf<'cap'>, since: Instant): number {
  const counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const accounts = rule.key === 'account' ? facts.accounts.map(({ id }) => id) : [null]
  let most = 0
  for (const account of accounts) {
    let [full, unanswered] = [0, 0]
    for (const contact of facts.contacts) {
      if (contact.direction !== 'outbound' || contact.at < since || !isCounted(contact, counted, account, facts.address?.id ?? null)) continue
      if (rule.mode !== undefined && contact.mode !== null && contact.mode !== rule.mode) continue
      if (contact.outcome === 'no-answer') unanswered++
      else full++
    }
    most = Math.max(most, full + Math.max(0, unanswered - (rule.freeUnanswered ?? 0)))
  }
  return most
}
