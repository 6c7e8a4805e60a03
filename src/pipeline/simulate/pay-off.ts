import type { Instant } from '../../model/instant.ts'
import type { SimulatedPerson, SimulatedReminder } from './simulated-person.ts'

/**
 * Pays everything that is overdue on an account: its spell ends as cured.
 *
 * What waits for it is cancelled, also where it speaks of other accounts too; their steps count as
 * not planned and are planned anew.
 */
export function payOff(person: SimulatedPerson, accountId: string, now: Instant): { known: boolean; cancelled: SimulatedReminder[] } {
  const { planning, row, accounts } = person
  const account = accounts[accountId]
  if (account === undefined || account.state !== 'open') return { known: false, cancelled: [] }
  accounts[accountId] = { ...account, state: 'cured', overdueMinor: 0, dueDate: null, statedDaysPastDue: null, currentSpellId: null }
  planning.accounts = planning.accounts.filter(({ id }) => id !== accountId)
  row.events.push({ type: 'payment', kind: null, at: now, account: accountId })
  planning.events.push({ type: 'payment', kind: null, at: now, account: accountId })
  const cancelled = person.waiting.filter((reminder) => reminder.accounts.some((a) => a.accountId === accountId))
  person.waiting = person.waiting.filter((reminder) => !cancelled.includes(reminder))
  for (const step of cancelled.flatMap(({ steps }) => steps)) {
    const other = planning.accounts.find(({ id }) => id === step.accountId)
    if (other !== undefined) other.handled = other.handled.filter((h) => h.rung !== step.rung || h.pass !== step.pass)
  }
  return { known: true, cancelled }
}
