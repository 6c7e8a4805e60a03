import { activeSwitches } from '../../record/dispatch/switches.ts'
import type { PersonAddress, PersonRow } from '../../record/dispatch/decision-inputs.ts'
import type { PermitAccount } from '../../record/permits/permit-subjects.ts'
import type { Database } from '../../record/schema.ts'
import type { Transaction } from 'kysely'
import type { PermitBody } from '../../intake/permit-body.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Facts, SystemFacts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import { daysPastDue } from '../../plan/days-past-due.ts'
import { composeFacts } from '../dispatch/compose-facts.ts'
import { closedBy } from '../dispatch/switch-board.ts'
import { callInFlight, outsideTestAddresses } from '../dispatch/system-facts.ts'
import type { Actor, Shell } from '../shell.ts'

/** What a call by somebody else is about, read under the locks. */
export interface PermitSubject {
  actor: Actor
  creditor: Creditor
  person: PersonRow
  accounts: readonly PermitAccount[]
  address: PersonAddress
  /** The number in clear; compared with `delivery.onlyTo` and kept nowhere. */
  to: string
  clockCertain: boolean
}

/**
 * What is known about a call that somebody else wants to make, in the form that dispatch decides on.
 *
 * A call has no route of ours, so nothing is said about one. A test key, or an account that a test key
 * registered, gives nobody the right to ring a person.
 */
export async function permitFacts(shell: Shell, trx: Transaction<Database>, body: PermitBody, subject: PermitSubject, now: Instant): Promise<Facts> {
  const { actor, creditor, person, accounts, address, to } = subject
  const system: SystemFacts = {
    testMode: !actor.live || accounts.some((account) => !account.live) || outsideTestAddresses(shell, to),
    switchedOff: closedBy(await activeSwitches(trx), {
      creditor: creditor.id, product: accounts[0]?.product ?? null, jurisdiction: person.jurisdiction, channel: 'phone',
      route: null, template: null, ladder: null, rung: null,
    }, 'new'),
    clockUncertain: !subject.clockCertain,
    routeProblem: null,
    notRegistered: false,
    phoneInFlight: callInFlight(person),
  }
  return composeFacts({
    reminder: { channel: 'phone', tone: body.tone, kind: body.kind, mode: body.mode, expiresAt: null, dueAt: null },
    person, accounts, address, daysPastDue: accounts.map((account) => daysPastDue(account, creditor.bookZone, now)),
    freshForMs: creditor.freshFor, pending: [], system,
  })
}
