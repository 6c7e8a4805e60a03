import type { Channel } from '../model/channel.ts'
import type { Rung } from '../model/ladder.ts'
import type { AccountToPlan } from './person-to-plan.ts'

/** A rung as it applies to one account: its risk band may give it other channels, or to a person. */
export interface AppliedRung {
  who: Rung['who']
  channels: Channel[]
  /** The band leaves the rung out. */
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
