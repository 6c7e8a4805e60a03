import { HAND_OFF_RUNG, type Rung } from '../model/ladder.ts'
import type { Instant } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import type { AccountToPlan, HandledRung } from './recipient-plan.ts'
import { countsThroughout } from './rung-due.ts'

/** Was this rung handled already? Each pass runs the ladder anew, except rungs that count from a placement or a notice. */
export function wasHandled(rung: Rung, account: AccountToPlan): boolean {
  const anyPass = countsThroughout(rung.at.event)
  return account.handled.some((h) => h.rung === rung.id && (anyPass || h.pass === account.spell.pass))
}

/** Was a hand-off proposed, or skipped, in this pass? */
export const handOffWasHandled = (account: AccountToPlan): boolean =>
  account.handled.some((h) => h.rung === HAND_OFF_RUNG && h.pass === account.spell.pass)

/** A machine's step of this spell, with its rung. */
interface MachineStep {
  rung: Rung
  pass: number
  at: Instant
}

/** Which steps did the machine send or plan in this spell? Oldest first. */
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

/** A rung as it applies to one account: the risk band may change its channels, or assign it to an agent. */
export interface AppliedRung {
  who: Rung['who']
  channels: Channel[]
  /** The band skips the rung. */
  leftOut: boolean
}

/** How does the account's risk band change this rung? An unknown or unstated band changes nothing. */
export function applyBand(rung: Rung, account: AccountToPlan): AppliedRung {
  const { bands } = account.ladder
  const band = account.riskBand !== null && Object.hasOwn(bands, account.riskBand) ? bands[account.riskBand] : undefined
  if (band === undefined) return { who: rung.who, channels: rung.channels, leftOut: false }
  const change = Object.hasOwn(band.rungs, rung.id) ? band.rungs[rung.id] : undefined
  const who = change?.who ?? rung.who
  const named = change?.channels ?? rung.channels
  const channels = who === 'machine' ? named.filter((c) => !band.skipChannels.includes(c)) : named
  const tooEarly = band.startAtDpd !== undefined && rung.at.dpd !== undefined && rung.at.dpd < band.startAtDpd
  return { who, channels, leftOut: tooEarly || (who === 'machine' && channels.length === 0) }
}
