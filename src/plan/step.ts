import type { Channel } from '../model/channel.ts'
import type { Instant } from '../model/instant.ts'
import type { Rung } from '../model/ladder.ts'
import type { Tone } from '../model/tone.ts'
import type { AppliedRung } from './band.ts'
import { daysPastDue } from './days-past-due.ts'
import type { AccountToPlan, PersonToPlan } from './person-to-plan.ts'
import type { DueRung } from './rung-due.ts'
import { spokenTone } from './spoken-tone.ts'

/** A rung of one account that may be carried out today. */
export interface Step {
  account: AccountToPlan
  rung: Rung
  /** In order of preference; for the machine only those with a usable address. */
  channels: Channel[]
  tone: Tone
  /** Its day was before today: it would be caught up. */
  late: boolean
  dueAt: Instant
  expiresAt: Instant
  daysPastDue: number
}

/** A rung that nothing holds back, as it would be carried out. */
export function readyStep(due: DueRung, applied: AppliedRung, account: AccountToPlan, person: PersonToPlan, late: boolean, now: Instant): Step {
  return {
    account,
    rung: due.rung,
    channels: applied.who === 'machine' ? applied.channels.filter((channel) => person.channels.includes(channel)) : applied.channels,
    tone: spokenTone(due.rung, account, person.bookZone, now),
    late,
    dueAt: due.dueAt,
    expiresAt: due.staleAt,
    daysPastDue: daysPastDue(account, person.bookZone, now) ?? 0,
  }
}
