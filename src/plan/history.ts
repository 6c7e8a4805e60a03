import type { Instant } from '../model/instant.ts'
import type { Rung } from '../model/ladder.ts'
import { HAND_OFF_RUNG } from '../model/ladder-checks.ts'
import { applyBand } from './band.ts'
import type { AccountToPlan, HandledRung } from './person-to-plan.ts'
import { countsThroughout } from './rung-due.ts'

/** Was this rung dealt with already? Each pass runs the ladder anew, except what counts from a placement. */
export function wasHandled(rung: Rung, account: AccountToPlan): boolean {
  const anyPass = countsThroughout(rung.at.event)
  return account.handled.some((h) => h.rung === rung.id && (anyPass || h.pass === account.spell.pass))
}

/** Was a hand-off proposed, or left out, in this pass? */
export const handOffWasHandled = (account: AccountToPlan): boolean =>
  account.handled.some((h) => h.rung === HAND_OFF_RUNG && h.pass === account.spell.pass)

/** A machine's step of this spell, with its rung. */
export interface MachineStep {
  rung: Rung
  pass: number
  at: Instant
}

/** What did the machine say or plan to say in this spell? Oldest first. */
export function machineSteps(account: AccountToPlan): MachineStep[] {
  return account.handled
    .flatMap((h): MachineStep[] => {
      const rung = plannedRung(h, account)
      return rung === undefined || applyBand(rung, account).who !== 'machine' ? [] : [{ rung, pass: h.pass, at: h.at }]
    })
    .sort((a, b) => a.at - b.at)
}

const plannedRung = (handled: HandledRung, account: AccountToPlan): Rung | undefined =>
  handled.state === 'planned' ? account.ladder.rungs.find((rung) => rung.id === handled.rung) : undefined
