import { notAPersons, plannedNumber } from '../../intake/numbering-plan.ts'
import type { Channel } from '../../model/channel.ts'
import type { ContactFacts, SystemFacts } from '../../model/facts.ts'
import type { AccountRow, PersonAddress, PersonRow } from '../../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import { NO_ROUTE } from '../no-route.ts'
import type { Shell } from '../shell.ts'
import { providerFor, type Desk } from './desk.ts'

/**
 * What does the running system add to the facts of this reminder?
 *
 * @param to       the address in clear; compared with `delivery.onlyTo` and kept nowhere
 * @param pending  contacts that this batch has reserved already
 */
export function systemFacts(input: {
  shell: Shell
  desk: Desk
  reminder: FencedReminder
  person: PersonRow
  accounts: readonly AccountRow[]
  address: PersonAddress | null
  to: string | null
  pending: readonly ContactFacts[]
}): SystemFacts {
  const { shell, desk, reminder, person, address, to } = input
  return {
    testMode: reminder.live && outsideTestAddresses(shell, to),
    switchedOff: desk.switches.closed({
      creditor: reminder.creditor, product: input.accounts[0]?.product ?? null, jurisdiction: person.jurisdiction, channel: reminder.channel,
      route: reminder.route, template: reminder.template, ladder: reminder.ladder, rung: reminder.rung,
    }, reminder.queuedAt ?? 'new'),
    clockUncertain: !desk.clockCertain(),
    routeProblem: routeProblemOf(reminder, address !== null, { to, carries: providerFor(desk, reminder.live).channel }),
    notRegistered: false,
    phoneInFlight: reminder.channel === 'phone' && (callInFlight(person) || input.pending.some((c) => c.channel === 'phone')),
  }
}

/**
 * Why can no route carry this reminder? Null: one can.
 *
 * @param hasAddress  the recipient has an address of their own on the channel
 * @param call        the address in clear (null: it cannot be read any more) and what the route's provider carries; absent where
 *                    nobody is called, as in a simulation or a forecast, which open no address
 */
export function routeProblemOf(
  { route, channel }: Pick<FencedReminder, 'route' | 'channel'>, hasAddress: boolean, call?: { to: string | null; carries: Channel },
): string | null {
  if (route === NO_ROUTE) return `no route serves ${channel} here`
  if (!hasAddress) return `no address of the person's own for ${channel}`
  if (call === undefined) return null
  if (call.to === null) return 'the address cannot be read any more: the person was erased'
  if (channel !== 'email' && isNobodys(call.to)) return 'the number can be nobody\'s own (toll-free, premium, excluded by its plan)'
  return call.carries === channel ? null : `route ${route} does not carry ${channel}`
}

/** Taken in before such numbers were left out; asked again here, so that none of them is ever called. */
function isNobodys(e164: string): boolean {
  const planned = plannedNumber(e164)
  return planned !== null && notAPersons(planned) !== null
}

/** Is there a list of addresses that alone may be reached, without this one? */
export const outsideTestAddresses = ({ config: { delivery } }: { config: { delivery: Pick<Shell['config']['delivery'], 'onlyTo'> } }, to: string | null): boolean =>
  delivery.onlyTo.length > 0 && (to === null || !delivery.onlyTo.includes(to))

/** Is a call to this person, or to a number of theirs, not over yet as far as the ledger knows? */
export const callInFlight = (person: PersonRow): boolean => person.contacts.some((c) => c.channel === 'phone' && c.outcome === 'pending')
