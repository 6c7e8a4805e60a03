import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { compilePacks } from '../../decide/compile-pack.ts'
import { selectPacks } from '../../decide/packs.ts'
import { planReceipts } from '../../deliver/capture.ts'
import { readAccountRecord } from '../../intake/account-file.ts'
import type { AccountColumns } from '../../intake/csv.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import { type Ladder, parseLadder } from '../../model/ladder.ts'
import type { Pack } from '../../model/pack.ts'
import type { Instant } from '../../model/time.ts'
import type { PlanningAccount } from '../../record/planning.ts'
import { parseKeyRing } from '../../record/vault/key-ring.ts'
import { openVault } from '../../record/vault/vault.ts'
import { carriedWords } from '../dispatch/words.ts'
import type { RawLine } from './portfolio-file.ts'
import { recipientsFromAccounts, type PortfolioLine } from './recipients-from-accounts.ts'
import { simulateRecipient } from './simulate-recipient.ts'
import type { SimulatedRecipient } from './simulated-recipient.ts'
import { simulatedRenderer } from './simulated-words.ts'
import { drawPayment, type SimulatedPeriod, type SimulationRules } from './simulation-rules.ts'
import { capReader, tallyEvents, emptyTally, type Tally } from './tally.ts'

/** Some recipients of the portfolio: as lines of a file, or as read from the ledger. */
export type PortfolioChunk =
  | { kind: 'lines'; columns: AccountColumns | null; creditor: string | null; lines: RawLine[] }
  | { kind: 'recipients'; recipients: SimulatedRecipient[] }

/** The result of one chunk. */
export interface ChunkResult {
  tally: Tally
  refused: { line: number; faults: readonly Fault[] }[]
}

type SimulateChunk = (chunk: PortfolioChunk) => ChunkResult

/** Prepares a thread to simulate chunks under one setting. */
export function chunkSimulator(setting: SimulationSetting): SimulateChunk {
  const rules = rulesOf(setting)
  // Nothing encrypted with this key is kept.
  const vault = openVault(parseKeyRing(`simulation:${randomBytes(32).toString('base64')}`))
  const { config, ladder, from, to } = setting
  const ladders = ladder === null ? config.ladders : new Map([...config.ladders, [ladder.ladder.id, ladder]])
  return (chunk) => {
    if (chunk.kind === 'recipients')
      return { tally: simulateRecipients(chunk.recipients, rules, { from, to }), refused: [] }
    const refused: ChunkResult['refused'] = []
    const lines = chunk.lines.flatMap(({ no, text }): PortfolioLine[] => {
      const read = readAccountRecord(text, chunk.columns)
      if (!read.ok) {
        refused.push({ line: no, faults: read.faults })
        return []
      }
      // `--creditor` selects that creditor's accounts, and is the creditor of lines that name none.
      if (chunk.creditor !== null && read.value.creditor !== undefined && read.value.creditor !== chunk.creditor)
        return []
      return [{ line: no, account: ladder === null ? read.value : { ...read.value, ladder: ladder.ladder.id } }]
    })
    const read = recipientsFromAccounts(lines, {
      config: { creditors: config.creditors, ladders },
      vault,
      creditor: chunk.creditor,
      now: from,
    })
    return { tally: simulateRecipients(read.recipients, rules, { from, to }), refused: [...refused, ...read.refused] }
  }
}

/** Which packs decide: exactly the named ones, or the ones in force here and these opt-in ones. */
export interface PackSelection {
  named: string[] | null
  also: string[]
  without?: readonly string[]
}

/** The input of one simulation. Plain data: it is cloned to threads. */
export interface SimulationSetting {
  config: Pick<Config, 'creditors' | 'ladders' | 'routes' | 'templates' | 'locales'> & {
    delivery: Pick<Config['delivery'], 'sameWordsWithin' | 'smsToLandlines'>
  }
  /** All packs that can be selected. */
  packs: readonly Pack[]
  packSelection: PackSelection
  /** The ladder of every account; null: each account has its own. */
  ladder: { ladder: Ladder; version: string } | null
  from: Instant
  to: Instant
  payRate: number
  seed: number
}

/**
 * Compiles the rules of a simulation.
 *
 * @throws DECORUM_BAD_INPUT when a pack is named that does not exist
 */
export function rulesOf(setting: SimulationSetting): SimulationRules {
  const { config, packSelection, seed, payRate, from } = setting
  const chosen = selectPacks(compilePacks(setting.packs), packSelection)
  if (!chosen.ok)
    throw new DecorumError('DECORUM_BAD_INPUT', 'a policy pack is named that does not exist', {
      faults: chosen.faults,
      hint: 'decorum policies list shows them.',
    })
  return {
    creditors: config.creditors,
    routes: config.routes,
    packs: chosen.packs,
    words: simulatedRenderer(config.templates, config.locales),
    sameWordsWithin: config.delivery.sameWordsWithin,
    carries: (reminder, recipient, creditor) => carriedWords(config, reminder, recipient, creditor, ['text']),
    ...(config.delivery.smsToLandlines === undefined ? {} : { smsToLandlines: config.delivery.smsToLandlines }),
    ladderOf: ladderFinder(setting),
    receipts: (channel, attempt) => planReceipts(channel, attempt, seed),
    paysAt: (recipient, accountId) =>
      drawPayment(`${recipient.row.creditor}/${recipient.name}/${accountId}`, payRate, seed, from),
  }
}

/** Parses each pinned ladder once; an account from a file uses the configured ladder. */
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

/** Simulates these recipients, mutating them, and counts the events. */
function simulateRecipients(
  recipients: readonly SimulatedRecipient[],
  rules: SimulationRules,
  period: SimulatedPeriod,
): Tally {
  const tally = emptyTally()
  const readCaps = capReader(rules.packs)
  for (const recipient of recipients) {
    const { onEvent, done } = tallyEvents(
      tally,
      recipient,
      rules.creditors.get(recipient.row.creditor)?.bookZone ?? 'UTC',
      readCaps,
    )
    simulateRecipient(recipient, rules, period, onEvent)
    done()
  }
  return tally
}
