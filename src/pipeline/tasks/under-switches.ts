import { peopleWithdrawnBySwitch, peopleWithStepsUnder } from '../../record/accepting/tasks.ts'
import { planSoon } from '../../record/accepting/waiting-reminders.ts'
import { activeSwitches } from '../../record/dispatch/switches.ts'
import { heldBy, takeLocks } from '../../record/locks.ts'
import type { Shell } from '../shell.ts'
import { withdrawForbidden } from './decide-tasks.ts'

/** People locked in one transaction. */
const AT_ONCE = 50
/** People in one pass: whoever threw the switch, or the sweeper, is not kept for longer. */
const PEOPLE = 500

/**
 * Withdraws the open steps for people that a switch stops; answers how many.
 *
 * By the person, under their lock, so that planning and this never hold each other up. Until it is done an open task's decision
 * says `switched_off`; the sweeper goes on where a large stop left off, and finds what planning gave out in the very moment.
 */
export async function withdrawStopped(shell: Shell): Promise<number> {
  const { db } = shell.ledger
  let withdrawn = 0
  for (const { scope, state } of await activeSwitches(db)) {
    if (state !== 'stopped') continue
    const people = await peopleWithStepsUnder(db, scope, PEOPLE)
    for (let start = 0; start < people.length; start += AT_ONCE) {
      const ids = people.slice(start, start + AT_ONCE)
      withdrawn += await db.transaction().execute(async (opened) => {
        const trx = await takeLocks(opened, { recipients: ids }, 'wait')
        return withdrawForbidden(shell, trx, [...heldBy(trx).recipients], shell.clock.now())
      })
    }
  }
  return withdrawn
}

/** Lets planning look at once at the people whose steps a switch withdrew and who would still be in time; another switch may still stand. */
export async function planWithdrawn(shell: Shell): Promise<void> {
  const { db } = shell.ledger
  const people = await peopleWithdrawnBySwitch(db, new Date(shell.clock.now()))
  for (let start = 0; start < people.length; start += AT_ONCE) {
    const ids = people.slice(start, start + AT_ONCE)
    await db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: ids }, 'wait')
      for (const id of ids) await planSoon(trx, id, new Date(shell.clock.now()))
    })
  }
  shell.ringPlanner?.()
}
