import type { Config } from '../../config/config.ts'
import { compilePacks } from '../../decide/compile-pack.ts'
import { selectPacks } from '../../decide/select-packs.ts'
import { planReceipts } from '../../deliver/capture/receipt-plan.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Instant } from '../../model/instant.ts'
import { parseLadder, type Ladder } from '../../model/ladder.ts'
import type { Pack } from '../../model/pack.ts'
import { drawPayment } from '../../pipeline/simulate/draws.ts'
import { carriedWords } from '../../pipeline/dispatch/carried-words.ts'
import { wordsOnce } from '../../pipeline/simulate/say-words.ts'
import type { SimulationRules } from '../../pipeline/simulate/simulation-rules.ts'
import type { PlanningAccount } from '../../record/planning/planning-inputs.ts'

/** Which packs decide: exactly the named ones, or the ones in force here and these opt-in ones. */
export interface PackWish {
  named: string[] | null
  also: string[]
  without?: readonly string[]
}

/** Everything that one simulation turns on. Plain data: it is handed to threads as it is. */
export interface SimulationSetting {
  config: Pick<Config, 'creditors' | 'ladders' | 'routes' | 'templates' | 'locales'> & { delivery: Pick<Config['delivery'], 'sameWordsWithin' | 'smsToLandlines'> }
  /** Of all packs that could be named. */
  packs: readonly Pack[]
  packWish: PackWish
  /** Everybody climbs this one; null: each account its own. */
  ladder: { ladder: Ladder; version: string } | null
  from: Instant
  to: Instant
  payRate: number
  seed: number
}

/**
 * The rules of a simulation, ready to be asked.
 *
 * @throws DECORUM_BAD_INPUT when a pack is named that does not exist
 */
export function rulesOf(setting: SimulationSetting): SimulationRules {
  const { config, packWish, seed, payRate, from } = setting
  const chosen = selectPacks(compilePacks(setting.packs), packWish)
  if (!chosen.ok) throw new DecorumError('DECORUM_BAD_INPUT', 'a policy pack is named that does not exist', { faults: chosen.faults, hint: 'decorum policies list shows them.' })
  return {
    creditors: config.creditors, routes: config.routes, packs: chosen.packs, words: wordsOnce(config.templates, config.locales),
    sameWordsWithin: config.delivery.sameWordsWithin,
    carries: (reminder, person, creditor) => carriedWords(config, reminder, person, creditor, ['text']),
    ...(config.delivery.smsToLandlines === undefined ? {} : { smsToLandlines: config.delivery.smsToLandlines }),
    ladderOf: ladderFinder(setting),
    receipts: (channel, attempt) => planReceipts(channel, attempt, seed),
    paysAt: (person, accountId) => drawPayment(`${person.row.creditor}/${person.name}/${accountId}`, payRate, seed, from),
  }
}

/** What was pinned is parsed once; an account from a file climbs what is configured. */
function ladderFinder({ config, ladder }: SimulationSetting): (account: PlanningAccount) => Ladder {
  const pinned = new Map<string, Ladder>()
  return (account) => {
    if (ladder !== null) return ladder.ladder
    const key = `${account.ladder}@${account.ladderVersion}`
    const known = pinned.get(key)
    if (known !== undefined) return known
    const found = account.ladderBody === null ? config.ladders.get(account.ladder)?.ladder : parsed(account.ladderBody)
    if (found === undefined) throw new RangeError(`unknown ladder ${key}`)
    pinned.set(key, found)
    return found
  }
}

function parsed(body: unknown): Ladder | undefined {
  const read = parseLadder(body)
  return read.ok ? read.ladder : undefined
}
