import { LRUCache } from 'lru-cache'
import type { BlockedTime } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import type { Case } from '../case.ts'
import { dated } from '../dated.ts'
import { allows, NEVER, objects, type Answer } from '../rule.ts'
import { COMMON_HOURS_SEARCH } from '../search.ts'
import { compileHours, type HoursAnswer, type WeeklyHours } from '../weekly-hours.ts'
import { promise } from './promise.ts'

const compiled = new LRUCache<string, WeeklyHours>({ max: 5_000 })

/** Times at which the person asked not to be contacted, in every zone they may be in (S4). */
export const BLOCKED_TIMES = promise('blocked-time', 'a time at which somebody asked not to be contacted is kept', askBlockedTimes,
  (facts) => facts.located && facts.facts.recipient.blockedTimes.length > 0, true,
  ({ facts }) => ({ kind: 'blocked', times: facts.recipient.blockedTimes.map(({ days, from, to, channel, until }) => ({ days, from, to, channel, until: dated(until) })) }))

function askBlockedTimes(facts: Case, at: Instant, answer: Answer): void {
  const one: HoursAnswer = { state: 'open', until: 0 }
  const channel = facts.facts.reminder.channel
  let [free, until] = [at, NEVER]
  let searchedFrom = at
  for (let settled = false; !settled;) {
    settled = true
    until = NEVER
    for (const blocked of facts.facts.recipient.blockedTimes) {
      const ends = blocked.until ?? NEVER
      if (free >= ends || (blocked.channel !== null && blocked.channel !== channel)) continue
      const hours = hoursOf(blocked)
      for (const zone of facts.zones) {
        hours.ask(zone, free, one)
        if (one.state === 'open') {
          if (one.until < ends) until = Math.min(until, one.until)
          continue
        }
        free = Math.min(one.until, ends)
        settled = false
        if (free === NEVER) return objects(answer, 'recipient_blocked_time')
        if (free === ends) searchedFrom = free
        if (free - searchedFrom > COMMON_HOURS_SEARCH) return objects(answer, 'recipient_blocked_time')
      }
    }
  }
  if (free > at) objects(answer, 'recipient_blocked_time', free)
  else allows(answer, until)
}

function hoursOf(blocked: BlockedTime): WeeklyHours {
  const key = `${blocked.days.join()}|${blocked.from}|${blocked.to}`
  let hours = compiled.get(key)
  if (hours === undefined) {
    hours = compileHours({ ban: [{ days: blocked.days, from: blocked.from, to: blocked.to }] })
    compiled.set(key, hours)
  }
  return hours
}
