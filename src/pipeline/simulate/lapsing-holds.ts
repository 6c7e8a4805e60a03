import type { Instant } from '../../model/instant.ts'
import type { SimulatedPerson } from './simulated-person.ts'

type Hold = SimulatedPerson['row']['holds'][number]

/** When does the next of this person's pauses end? Infinity: none has an end. */
export function nextHoldEnd({ row }: SimulatedPerson): Instant {
  let next = Infinity
  for (const { until } of row.holds) if (until !== null && until < next) next = until
  return next
}

/** Which pauses are over by now? */
export const holdsThatEnd = ({ row }: SimulatedPerson, now: Instant): Hold[] => row.holds.filter(({ until }) => until !== null && until <= now)

/** Ends a pause. A promise that is still open then was not kept: the ladder has a step for that. */
export function lapse({ row, planning }: SimulatedPerson, hold: Hold): void {
  row.holds.splice(row.holds.indexOf(hold), 1)
  const planned = planning.holds.findIndex((h) => h.kind === hold.kind && h.account === hold.account && h.from === hold.from && h.until === hold.until)
  if (planned >= 0) planning.holds.splice(planned, 1)
  if (hold.kind !== 'promise' || hold.until === null) return
  const broken = { type: 'promise-broken', kind: null, at: hold.until, account: hold.account }
  row.events.push(broken)
  planning.events.push({ ...broken })
}
