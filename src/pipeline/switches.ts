import type { SwitchBody, SwitchLift } from '../intake/bodies.ts'
import { DecorumError, type Fault } from '../model/errors.ts'
import { nearMiss } from '../model/faults.ts'
import type { SwitchScope } from '../model/vocabulary.ts'
import { isId, newId } from '../record/id.ts'
import { heldBy, takeLocks } from '../record/locks.ts'
import { planSoon } from '../record/reminders.ts'
import {
  activeSwitches,
  liftSwitch,
  switchById,
  type SwitchRow,
  throwSwitch,
  throwUnlessPaused,
} from '../record/switches.ts'
import { recipientsWithdrawnBySwitch, recipientsWithStepsUnder } from '../record/tasks.ts'
import { switchLiftReason, switchReason } from '../record/vault/vault.ts'
import type { Actor, Runtime } from './runtime.ts'
import { withdrawForbidden } from './tasks.ts'

/**
 * Sets a switch. Every worker obeys within two seconds, because each reads the switches every second. Open tasks that it
 * stops are withdrawn; tasks that it only pauses stay open, and their decision says so.
 *
 * A key bound to a creditor sets switches of that creditor only. A test key sets none, because switches affect live reminders.
 *
 * @throws DECORUM_FORBIDDEN; DECORUM_BAD_INPUT for a scope that names something not configured, and so would match nothing
 */
export async function setSwitch(runtime: Runtime, actor: Actor, body: SwitchBody): Promise<SwitchRow> {
  const scope = scopeFor(runtime, actor, withoutAbsent(body.scope))
  const id = newId()
  const row = await throwSwitch(runtime.ledger.db, {
    id,
    scope,
    state: body.state,
    share: body.share ?? null,
    reason: runtime.vault.sealText(null, switchReason(id), body.reason),
    by: actor.name,
    at: new Date(runtime.clock.now()),
  })
  runtime.log.warn(
    {
      event: 'switch.thrown',
      switch: row.id,
      scope,
      state: row.state,
      ...(row.share === null ? {} : { share: row.share }),
      by: actor.name,
    },
    'switch thrown',
  )
  if (row.state === 'stopped') await withdrawStopped(runtime)
  return row
}

/**
 * Pauses everything, for a process started with `--paused`: nothing is sent until the switch is lifted.
 *
 * @returns  the switch; `thrown` false: everything was paused already, and none was added
 */
export async function pauseEverything(runtime: Runtime): Promise<{ id: string; thrown: boolean }> {
  const paused = await throwUnlessPaused(runtime.ledger.db, {
    reason: 'started paused',
    by: 'start',
    at: new Date(runtime.clock.now()),
  })
  runtime.log.warn(
    { event: 'switch.paused_all', switch: paused.id, thrown: paused.thrown },
    'started paused: nothing is sent until this switch is lifted',
  )
  return paused
}

/**
 * Lifts a switch. Reminders that it held are decided again within seconds, and tasks that it withdrew are planned again.
 * `changed` false: it had been lifted before.
 */
export async function endSwitch(
  runtime: Runtime,
  actor: Actor,
  id: string,
  body: SwitchLift,
): Promise<{ id: string; changed: boolean }> {
  mayThrow(actor)
  const { db } = runtime.ledger
  const known = isId(id) ? await switchById(db, id, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such switch')
  const lifted = await liftSwitch(db, id, actor.creditor, {
    reason: runtime.vault.sealText(null, switchLiftReason(id), body.reason),
    by: actor.name,
    at: new Date(runtime.clock.now()),
  })
  if (lifted !== null) {
    runtime.log.warn(
      { event: 'switch.lifted', switch: id, scope: lifted.scope, state: lifted.state, by: actor.name },
      'switch lifted',
    )
    await planWithdrawn(runtime)
  }
  return { id, changed: lifted !== null }
}

const withoutAbsent = (scope: SwitchBody['scope']): SwitchScope =>
  Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined))

function mayThrow(actor: Actor): void {
  if (!actor.live) throw new DecorumError('DECORUM_FORBIDDEN', 'a test key throws no switches')
}

function scopeFor(runtime: Runtime, actor: Actor, scope: SwitchScope): SwitchScope {
  mayThrow(actor)
  if (actor.creditor !== null && scope.creditor !== undefined && scope.creditor !== actor.creditor) {
    throw new DecorumError('DECORUM_FORBIDDEN', `this key is for creditor ${actor.creditor}, not for ${scope.creditor}`)
  }
  const whole = actor.creditor === null ? scope : { ...scope, creditor: actor.creditor }
  const faults = Object.entries(knownNames(runtime, whole)).flatMap(([dimension, known]): Fault[] => {
    const named = whole[dimension as keyof SwitchScope]
    if (named === undefined || known.includes(named)) return []
    const meant = nearMiss(named, known)
    return [
      {
        path: `scope.${dimension}`,
        problem: `is not a configured ${dimension}`,
        cure: meant === null ? `Configured are ${known.join(', ')}.` : `Did you mean "${meant}"?`,
      },
    ]
  })
  if (faults.length > 0) throw new DecorumError('DECORUM_BAD_INPUT', 'the switch would hold nothing', { faults })
  return whole
}

/** The configured values of each dimension. Reminders of a ladder that is configured no more are matched by a scope without a ladder. */
const knownNames = ({ config }: Runtime, scope: SwitchScope): Partial<Record<keyof SwitchScope, string[]>> => ({
  creditor: [...config.creditors.keys()],
  route: config.routes.map((route) => route.id),
  template: [...config.templates.keys()],
  ladder: [...config.ladders.keys()],
  rung: [...config.ladders.values()]
    .filter(({ ladder }) => scope.ladder === undefined || ladder.id === scope.ladder)
    .flatMap(({ ladder }) => ladder.rungs.map((rung) => rung.id)),
})

/** Recipients locked in one transaction. */
const RECIPIENTS_PER_TRANSACTION = 50
/** Recipients of one pass, so that neither the operator nor the sweeper waits long. */
const RECIPIENTS_PER_PASS = 500

/**
 * Withdraws the agents' open steps that a switch stops; returns how many.
 *
 * Recipient by recipient, under their locks, so that it cannot deadlock with planning. Until a task is withdrawn its decision
 * says `switched_off`. The sweeper continues where a pass reached its limit, and withdraws tasks that planning created
 * concurrently.
 */
export async function withdrawStopped(runtime: Runtime): Promise<number> {
  const { db } = runtime.ledger
  let withdrawn = 0
  for (const { scope, state } of await activeSwitches(db)) {
    if (state !== 'stopped') continue
    const recipients = await recipientsWithStepsUnder(db, scope, RECIPIENTS_PER_PASS)
    for (let start = 0; start < recipients.length; start += RECIPIENTS_PER_TRANSACTION) {
      const ids = recipients.slice(start, start + RECIPIENTS_PER_TRANSACTION)
      withdrawn += await db.transaction().execute(async (opened) => {
        const trx = await takeLocks(opened, { recipients: ids }, 'wait')
        return withdrawForbidden(runtime, trx, [...heldBy(trx).recipients], runtime.clock.now())
      })
    }
  }
  return withdrawn
}

/** Plans at once the recipients whose tasks a switch withdrew and whose steps are not stale yet; another switch may still bar them. */
async function planWithdrawn(runtime: Runtime): Promise<void> {
  const { db } = runtime.ledger
  const recipients = await recipientsWithdrawnBySwitch(db, new Date(runtime.clock.now()))
  for (let start = 0; start < recipients.length; start += RECIPIENTS_PER_TRANSACTION) {
    const ids = recipients.slice(start, start + RECIPIENTS_PER_TRANSACTION)
    await db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: ids }, 'wait')
      for (const id of ids) await planSoon(trx, id, new Date(runtime.clock.now()))
    })
  }
  runtime.ringPlanner?.()
}
