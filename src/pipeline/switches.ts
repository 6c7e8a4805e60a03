import type { SwitchBody, SwitchLift } from '../intake/switch-body.ts'
import { DecorumError, type Fault } from '../model/errors.ts'
import { nearMiss } from '../model/near-miss.ts'
import type { SwitchScope } from '../model/switch.ts'
import { isId } from '../record/id.ts'
import { liftSwitch, switchById, throwSwitch, throwUnlessPaused, type SwitchRow } from '../record/switches/switches.ts'
import type { Actor, Shell } from './shell.ts'
import { planWithdrawn, withdrawStopped } from './tasks/under-switches.ts'

/**
 * Throws a switch. Every worker obeys within two seconds: each reads the switches every second. Open steps for people
 * that it stops are withdrawn; while it only pauses them they stay, and say so.
 *
 * A key that is bound to a creditor throws switches of that creditor alone; a test key throws none,
 * for switches hold what is real.
 *
 * @throws DECORUM_FORBIDDEN; DECORUM_BAD_INPUT for a scope that names what is not configured, and so would hold nothing
 */
export async function setSwitch(shell: Shell, actor: Actor, body: SwitchBody): Promise<SwitchRow> {
  const scope = scopeFor(shell, actor, withoutAbsent(body.scope))
  const row = await throwSwitch(shell.ledger.db, { scope, state: body.state, share: body.share ?? null, reason: body.reason, by: actor.name, at: new Date(shell.clock.now()) })
  shell.log.warn({ event: 'switch.thrown', switch: row.id, scope, state: row.state, ...(row.share === null ? {} : { share: row.share }), by: actor.name }, 'switch thrown')
  if (row.state === 'stopped') await withdrawStopped(shell)
  return row
}

/**
 * Pauses everything for a start that sends nothing until told.
 *
 * @returns  the switch; `thrown` false: one that pauses everything stood before, and none was added
 */
export async function pauseEverything(shell: Shell): Promise<{ id: string; thrown: boolean }> {
  const paused = await throwUnlessPaused(shell.ledger.db, { reason: 'started paused', by: 'start', at: new Date(shell.clock.now()) })
  shell.log.warn({ event: 'switch.paused_all', switch: paused.id, thrown: paused.thrown }, 'started paused: nothing is sent until this switch is lifted')
  return paused
}

/** Lifts a switch; what waited for it is decided again within seconds, and steps for people that it withdrew are planned anew. `changed` false: it had been lifted before. */
export async function endSwitch(shell: Shell, actor: Actor, id: string, body: SwitchLift): Promise<{ id: string; changed: boolean }> {
  mayThrow(actor)
  const { db } = shell.ledger
  const known = isId(id) ? await switchById(db, id, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such switch')
  const lifted = await liftSwitch(db, id, actor.creditor, { reason: body.reason, by: actor.name, at: new Date(shell.clock.now()) })
  if (lifted !== null) {
    shell.log.warn({ event: 'switch.lifted', switch: id, scope: lifted.scope, state: lifted.state, by: actor.name }, 'switch lifted')
    await planWithdrawn(shell)
  }
  return { id, changed: lifted !== null }
}

const withoutAbsent = (scope: SwitchBody['scope']): SwitchScope => Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined))

function mayThrow(actor: Actor): void {
  if (!actor.live) throw new DecorumError('DECORUM_FORBIDDEN', 'a test key throws no switches')
}

function scopeFor(shell: Shell, actor: Actor, scope: SwitchScope): SwitchScope {
  mayThrow(actor)
  if (actor.creditor !== null && scope.creditor !== undefined && scope.creditor !== actor.creditor) {
    throw new DecorumError('DECORUM_FORBIDDEN', `this key is for creditor ${actor.creditor}, not for ${scope.creditor}`)
  }
  const whole = actor.creditor === null ? scope : { ...scope, creditor: actor.creditor }
  const faults = Object.entries(knownNames(shell, whole)).flatMap(([dimension, known]): Fault[] => {
    const named = whole[dimension as keyof SwitchScope]
    if (named === undefined || known.includes(named)) return []
    const meant = nearMiss(named, known)
    return [{ path: `scope.${dimension}`, problem: `is not a configured ${dimension}`, cure: meant === null ? `Configured are ${known.join(', ')}.` : `Did you mean "${meant}"?` }]
  })
  if (faults.length > 0) throw new DecorumError('DECORUM_BAD_INPUT', 'the switch would hold nothing', { faults })
  return whole
}

/** The dimensions whose values only the configuration knows; reminders of ladders that were taken out of it keep their names, so a stop without a ladder covers them. */
const knownNames = ({ config }: Shell, scope: SwitchScope): Partial<Record<keyof SwitchScope, string[]>> => ({
  creditor: [...config.creditors.keys()],
  route: config.routes.map((route) => route.id),
  template: [...config.templates.keys()],
  ladder: [...config.ladders.keys()],
  rung: [...config.ladders.values()].filter(({ ladder }) => scope.ladder === undefined || ladder.id === scope.ladder).flatMap(({ ladder }) => ladder.rungs.map((rung) => rung.id)),
})
