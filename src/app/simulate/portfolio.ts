import type { Fault } from '../../model/errors.ts'
import type { PortfolioFile } from './portfolio-file.ts'
import type { Part } from './simulate-part.ts'

/** The people of a simulation; asked for once for each version that is compared. */
export interface Portfolio {
  /** How many people, or lines where that is not known. */
  size: number
  refused: { line: number; faults: readonly Fault[] }[]
  parts(): AsyncIterable<Part> | Iterable<Part>
}

/** People to a part: enough that handing over costs little, few enough that threads end together. */
const PEOPLE_TO_A_PART = 250

/** @param creditor  only this one's accounts; also whose they are where the file does not say */
export function portfolioOfFile(file: PortfolioFile, creditor: string | null): Portfolio {
  return {
    size: file.people.length,
    refused: file.refused,
    *parts() {
      for (let start = 0; start < file.people.length; start += PEOPLE_TO_A_PART) {
        yield { kind: 'lines', columns: file.columns, creditor, lines: file.people.slice(start, start + PEOPLE_TO_A_PART).flat() }
      }
    },
  }
}
