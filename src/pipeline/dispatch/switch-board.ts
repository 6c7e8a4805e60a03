import type { SwitchScope } from '../../model/switch.ts'
import { activeSwitches, type ActiveSwitch } from '../../record/dispatch/switches.ts'
import type { Shell } from '../shell.ts'

/** What a switch's scope is held against. */
export type Scoped = { [Dimension in keyof Required<SwitchScope>]: string | null }

/** Since when it has been on its way, by machine time; `new`: it is only asked for now; `on-its-way`: whatever the queue held when a drain began. */
export type Queued = Date | 'new' | 'on-its-way'

/**
 * Does a switch keep this from being sent? The firmest state wins.
 *
 * Draining lets go what was queued before the switch was thrown, and is a pause for everything else.
 */
export function closedBy(active: readonly ActiveSwitch[], subject: Scoped, queued: Queued): 'stopped' | 'paused' | null {
  let closed: 'paused' | null = null
  for (const { scope, state, thrownAt } of active) {
    if (!covers(scope, subject)) continue
    if (state === 'stopped') return 'stopped'
    if (state === 'paused' || queued === 'new' || (queued !== 'on-its-way' && queued > thrownAt)) closed = 'paused'
  }
  return closed
}

/** The switches as this process last saw them; every worker looks again each second. */
export class SwitchBoard {
  #active: readonly ActiveSwitch[] = []
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** Reads the ledger again. */
  async refresh(): Promise<void> {
    this.#active = await activeSwitches(this.#shell.ledger.db)
  }

  /** As `closedBy`, for the switches last seen. */
  closed(subject: Scoped, queued: Queued): 'stopped' | 'paused' | null {
    return closedBy(this.#active, subject, queued)
  }

  /** Is nothing new to be queued on this route: a switch of any state that covers all of it? */
  takesNothingNew(route: string, channel: string): boolean {
    return this.#active.some((s) => {
      // A stop must still reach the reminders, so that each is refused with its reason.
      if (s.state === 'stopped') return false
      const { route: r, channel: c, ...rest } = s.scope
      return Object.keys(rest).length === 0 && (r === undefined || r === route) && (c === undefined || c === channel)
    })
  }
}

/** A scope covers what equals it in every dimension it names; a jurisdiction covers what lies below it. */
export function covers(scope: SwitchScope, subject: Scoped): boolean {
  return Object.entries(scope).every(([dimension, wanted]) => {
    const actual = subject[dimension as keyof SwitchScope]
    if (actual === null) return false
    return dimension === 'jurisdiction' ? actual === wanted || actual.startsWith(`${wanted}-`) : actual === wanted
  })
}
