import type { Rung } from '../model/ladder.ts'
import { addBusinessDays, dayNumber, fromDayNumber, type Instant } from '../model/time.ts'
import { gentler, type Tone } from '../model/vocabulary.ts'
import { bookDate } from './book-time.ts'
import { machineSteps } from './history.ts'
import type { AccountToPlan } from './recipient-plan.ts'
import { latestEvent } from './rung-due.ts'

/**
 * Which facts and notices does the ladder's gate require before this rung?
 *
 * @returns  names of what is not recorded; empty when the rung may pass
 */
export function missingForGate(rung: Rung, account: AccountToPlan): string[] {
  const { gate } = account.ladder
  if (gate === null || rung.beforeGate) return []
  const missing = gate.facts.filter((fact) => !account.availableFacts.includes(fact))
  return latestEvent(gate.notice, account) === null ? [...missing, gate.notice] : missing
}

/**
 * What is the firmest tone allowed during the period for disputes?
 *
 * Business days are Monday to Friday; public holidays are not known here, so each one makes
 * this period a day too short. The policy packs enforce the exact period.
 *
 * @returns  null when the ladder has no gate or the time is over
 */
function calmTone(account: AccountToPlan, bookZone: string, now: Instant): Tone | null {
  const { gate } = account.ladder
  if (gate === null) return null
  const notice = latestEvent(gate.notice, account)
  if (notice === null) return gate.calm.tone
  const noticed = dayNumber(bookDate(notice.at, bookZone)) as number
  const lastDay = fromDayNumber(addBusinessDays(noticed, gate.calm.businessDays) + gate.calm.days)
  return bookDate(now, bookZone) <= lastDay ? gate.calm.tone : null
}

/**
 * In which tone may this rung be sent now?
 *
 * Never firmer than the rung's own. The first message of a spell is at most neutral,
 * however late the account came; after a promise was broken nothing is firmer than
 * before it; the first message after a reversal is no firmer than the last before it;
 * while a collector's notice may still be disputed nothing is firmer than its gate says.
 */
export function effectiveTone(rung: Rung, account: AccountToPlan, bookZone: string, now: Instant): Tone {
  const spoken = machineSteps(account)
  const isFirst = spoken.length === 0 && account.lastToneSent === null && account.firstMessageAt === null
  const ceilings: (Tone | null)[] = [
    calmTone(account, bookZone, now),
    isFirst ? 'neutral' : null,
    rung.at.event === 'promise-broken' ? account.lastToneSent : null,
    spoken.some((step) => step.pass === account.spell.pass) ? null : account.toneCeiling,
  ]
  return ceilings.reduce<Tone>((tone, ceiling) => (ceiling === null ? tone : gentler(tone, ceiling)), rung.tone)
}
