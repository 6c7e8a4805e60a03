import type { CompiledPack } from '../../../src/decide/packs.ts'
import { afterStop, type AfterStop } from './after-stop.ts'
import { CHARGES, type Charge, type ChargeName } from './charges.ts'
import { decisions } from './decisions.ts'
import { doubts, type Doubts } from './doubts.ts'
import { duplicated } from './duplicated.ts'
import type { Evidence } from './evidence.ts'
import { lost } from './lost.ts'
import { pastSwitch } from './past-switch.ts'
import { overCap } from './over-cap.ts'
import { stuck } from './stuck.ts'
import { outsideWindow } from './window.ts'

export interface Verdict {
  charges: Charge[]
  counts: Record<ChargeName, number>
  raced: AfterStop['raced']
  doubts: Doubts
}

/** Did Decorum keep its promises in this run? */
export function judge(evidence: Evidence, packs: readonly CompiledPack[]): Verdict {
  const stops = afterStop(evidence)
  const inDoubt = doubts(evidence)
  const surprises = evidence.diary.surprises.map((how, i): Charge => ({ name: 'surprise', id: `answer ${i + 1}`, how }))
  const charges = [
    ...lost(evidence),
    ...duplicated(evidence),
    ...overCap(evidence),
    ...outsideWindow(evidence),
    ...stops.charges,
    ...pastSwitch(evidence),
    ...decisions(evidence, packs),
    ...stuck(evidence),
    ...inDoubt.charges,
    ...surprises,
  ]
  return { charges, counts: countsOf(charges), raced: stops.raced, doubts: inDoubt }
}

/** The same verdict on these charges alone. */
export const onlyThese = (verdict: Verdict, charges: Charge[]): Verdict => ({
  ...verdict,
  charges,
  counts: countsOf(charges),
})

const countsOf = (charges: readonly Charge[]): Verdict['counts'] =>
  Object.fromEntries(
    CHARGES.map((name) => [name, charges.filter((charge) => charge.name === name).length]),
  ) as Verdict['counts']
