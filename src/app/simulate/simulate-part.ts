import { randomBytes } from 'node:crypto'
import { readAccountRecord } from '../../intake/account-file.ts'
import type { AccountColumns } from '../../intake/csv-account.ts'
import type { Fault } from '../../model/errors.ts'
import { peopleFromAccounts, type PortfolioLine } from '../../pipeline/simulate/people-from-accounts.ts'
import { simulatePeople } from '../../pipeline/simulate/simulate-people.ts'
import type { SimulatedPerson } from '../../pipeline/simulate/simulated-person.ts'
import type { Tally } from '../../pipeline/simulate/tally.ts'
import { parseKeyRing } from '../../record/vault/key-ring.ts'
import { openVault } from '../../record/vault/vault.ts'
import type { RawLine } from './portfolio-file.ts'
import { rulesOf, type SimulationSetting } from './setting.ts'

/** Some people of the portfolio: as lines of a file, or as the ledger knows them. */
export type Part =
  | { kind: 'lines'; columns: AccountColumns | null; creditor: string | null; lines: RawLine[] }
  | { kind: 'people'; people: SimulatedPerson[] }

/** What a part came to. */
export interface PartDone {
  tally: Tally
  refused: { line: number; faults: readonly Fault[] }[]
}

export type SimulatePart = (part: Part) => PartDone

/** Makes one thread ready to simulate part after part under one setting. */
export function partSimulator(setting: SimulationSetting): SimulatePart {
  const rules = rulesOf(setting)
  // Nothing that this key seals is kept.
  const vault = openVault(parseKeyRing(`simulation:${randomBytes(32).toString('base64')}`))
  const { config, ladder, from, to } = setting
  const ladders = ladder === null ? config.ladders : new Map([...config.ladders, [ladder.ladder.id, ladder]])
  return (part) => {
    if (part.kind === 'people') return { tally: simulatePeople(part.people, rules, { from, to }), refused: [] }
    const refused: PartDone['refused'] = []
    const lines = part.lines.flatMap(({ no, text }): PortfolioLine[] => {
      const read = readAccountRecord(text, part.columns)
      if (!read.ok) {
        refused.push({ line: no, faults: read.faults })
        return []
      }
      // `--creditor` asks for that creditor's accounts alone, and says whose they are where the file does not.
      if (part.creditor !== null && read.value.creditor !== undefined && read.value.creditor !== part.creditor) return []
      return [{ line: no, account: ladder === null ? read.value : { ...read.value, ladder: ladder.ladder.id } }]
    })
    const read = peopleFromAccounts(lines, { config: { creditors: config.creditors, ladders }, vault, creditor: part.creditor, now: from })
    return { tally: simulatePeople(read.people, rules, { from, to }), refused: [...refused, ...read.refused] }
  }
}
