import type { Instant } from '../../model/instant.ts'
import type { Lapse } from '../../plan/lapse.ts'
import type { SimulatedPerson } from './simulated-person.ts'

type Hold = SimulatedPerson['row']['holds'][number]

/** When does the next of this person's holds end? Infinity: none has an end. */
export function nextHoldEnd({ row }: SimulatedPerson): Instant {
  let next = Infinity
  for (const { until } of row.holds) if (until !== null && until < next) next = until
  return next
}

/** Ends a hold that has lapsed and records what it brings; true when the person is planned for again. */
export function endHold({ row, planning }: SimulatedPerson, hold: Hold, { event, replan }: Lapse): boolean {
  row.holds.splice(row.holds.indexOf(hold), 1)
  const planned = planning.holds.findIndex((h) => h.kind === hold.kind && h.account === hold.account && h.from === hold.from && h.until === hold.until)
  if (planned >= 0) planning.holds.splice(planned, 1)
  if (event !== null) {
    row.events.push(event)
    planning.events.push({ ...event })
  }
  return planning.accounts.some(({ id }) => replan.account === null || id === replan.account)
}
