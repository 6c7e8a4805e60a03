import type { Instant } from '../model/instant.ts'
import type { Rung } from '../model/ladder.ts'
import { gentler, type Tone } from '../model/tone.ts'
import { calmTone } from './gate.ts'
import { machineSteps } from './history.ts'
import type { AccountToPlan } from './person-to-plan.ts'

/**
 * In which tone may this rung speak now?
 *
 * Never firmer than the rung's own. The first message of a spell is at most neutral,
 * however late the account came; after a promise was broken nothing is firmer than
 * before it; the first message after a reversal is no firmer than the last before it;
 * while a collector's notice may still be disputed nothing is firmer than its gate says.
 */
export function spokenTone(rung: Rung, account: AccountToPlan, bookZone: string, now: Instant): Tone {
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
