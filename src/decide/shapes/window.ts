import type { RuleOf } from '../../model/pack-rule.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { dated } from '../explanation-facts.ts'
import { allows, type Answer, COMMON_HOURS_SEARCH, objects, type Shape } from '../rule.ts'
import type { HoursAnswer, WeeklyHours } from '../weekly-hours.ts'

const one: HoursAnswer = { state: 'open', until: 0 }

export const compileWindow = (rule: RuleOf<'window'>, hours: WeeklyHours): Shape => ({
  ask: (c, at, answer) => askHours(hours, c, at, answer),
  detail: (c, at) => ({
    kind: 'hours',
    allow: rule.allow ?? null,
    ban: rule.ban ?? null,
    closedDays: rule.closedDays ?? [],
    calendar: rule.holidays?.calendar ?? null,
    zones: (c.located ? c.zones : []).map((zone) => {
      const found: HoursAnswer = { state: 'open', until: 0 }
      hours.ask(zone, at, found)
      return { zone: zone.zone, state: found.state, until: dated(found.until) }
    }),
  }),
})

/**
 * Contact hours, in every zone the recipient may be in.
 *
 * Objects until the first instant that is open in all of them; when there is none,
 * the answer is `no_common_window`, which a more precise location of the recipient cures.
 */
function askHours(hours: WeeklyHours, c: EvaluationContext, at: Instant, answer: Answer): void {
  if (!c.located) return allows(answer)
  let shut: 'outside_contact_window' | 'holiday' | null = null
  let open = at
  let until = NEVER
  for (let settled = false; !settled;) {
    settled = true
    until = NEVER
    for (const zone of c.zones) {
      hours.ask(zone, open, one)
      if (one.state === 'unknown') return objects(answer, 'calendar_unknown')
      if (one.state === 'open') {
        until = Math.min(until, one.until)
        continue
      }
      if (shut === null || (open === at && one.state === 'holiday'))
        shut = one.state === 'holiday' ? 'holiday' : 'outside_contact_window'
      open = one.until
      settled = false
      if (open - at > COMMON_HOURS_SEARCH) return objects(answer, 'no_common_window')
    }
  }
  if (shut === null) allows(answer, until)
  else objects(answer, shut, open)
}
