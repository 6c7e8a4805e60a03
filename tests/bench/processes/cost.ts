import { answer, argumentOf } from '../ask.ts'
import { measureCost, type CostPlace } from '../cost/measure-cost.ts'

/** The one process that takes all the steps, started as Decorum's own processes are. */
answer({ measure: () => measureCost(argumentOf<CostPlace>()) })
