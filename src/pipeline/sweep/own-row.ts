import type { LookUp } from '../../deliver/provider.ts'
import type { Rival } from '../../record/sweep/rivals.ts'

type Alike = Extract<LookUp, { kind: 'alike' }>

interface Own {
  reminderId: string
  attemptNo: number
  reservedAt: Date
}

/**
 * Which of the rows that look like this attempt is its own?
 *
 * A row that another attempt is known to have made is out. Where fewer are left than there are attempts that may have made them,
 * nobody can say whose they are: taking one would record a message as sent that never was, and its maker's as lost, to be sent
 * again. Where there are enough, all of them got there, and each takes its own by age.
 *
 * @param rivals  as the ledger has them after the books were read: whoever is in the books was reserved before that
 */
export function ownRow({ rows, complete }: Alike, own: Own, rivals: readonly Rival[]): Exclude<LookUp, Alike> {
  const taken = new Set(rivals.map((rival) => rival.providerRef))
  const free = rows.filter(({ reference }) => !taken.has(reference))
  if (free.length === 0) return complete ? { kind: 'not-found' } : { kind: 'unavailable', detail: 'too many messages to this recipient to search' }
  const claimants = [own, ...rivals.filter((rival) => rival.looksAlike && rival.providerRef === null)].sort(byAge)
  const row = free.length < claimants.length ? undefined : free[claimants.indexOf(own)]
  if (row === undefined) return { kind: 'unavailable', detail: `${free.length} in the provider's books look like it, and ${claimants.length} attempts may have made them` }
  return { kind: 'found', ...row }
}

const keyOf = ({ reminderId, attemptNo }: Own): string => `${reminderId} ${String(attemptNo).padStart(5, '0')}`

/** The same for everybody who asks, so that two never take the same row. */
const byAge = (a: Own, b: Own): number => a.reservedAt.getTime() - b.reservedAt.getTime() || (keyOf(a) < keyOf(b) ? -1 : 1)
