import { capReader } from './cap-use.ts'
import { counter } from './count-events.ts'
import { simulatePerson } from './simulate-person.ts'
import type { SimulatedPerson } from './simulated-person.ts'
import type { SimulatedPeriod, SimulationRules } from './simulation-rules.ts'
import { emptyTally, type Tally } from './tally.ts'

/** What do these people's weeks come to, under these rules? The people are changed. */
export function simulatePeople(people: readonly SimulatedPerson[], rules: SimulationRules, period: SimulatedPeriod): Tally {
  const tally = emptyTally()
  const readCaps = capReader(rules.packs)
  for (const person of people) {
    const { tell, done } = counter(tally, person, rules.creditors.get(person.row.creditor)?.bookZone ?? 'UTC', readCaps)
    simulatePerson(person, rules, period, tell)
    done()
  }
  return tally
}
