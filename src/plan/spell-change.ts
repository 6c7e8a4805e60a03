import { DAY, type Instant, type LocalDate } from '../model/time.ts'
import type { AccountState, Tone } from '../model/vocabulary.ts'
import type { Entry } from './recipient-plan.ts'

/** The facts of an account that decide whether it has a spell and at which step. */
export interface Standing {
  state: AccountState
  /** Oldest unpaid due date. */
  dueDate: LocalDate | null
  /** Used only where no due date is known. */
  statedDaysPastDue: number | null
  overdueMinor: bigint
}

/** The cause of the change. */
interface SpellCause {
  /** A payment was taken back. */
  reversal: boolean
  at: Instant
  /** The account had a spell before, which ended in a cure. */
  curedBefore: boolean
  /** Firmest tone sent in the present spell, or in the one that was cured. */
  lastTone: Tone | null
}

/** How a new pass over the ladder begins. Days past due at `at` follow from the due date. */
export interface NewPass {
  enteredBy: Entry
  enteredAt: Instant
  /** Null: not bounded. */
  notBefore: Instant | null
  toneCeiling: Tone | null
}

/**
 * `opened`: a new spell, pass 1. `moved`: same spell, next pass, because the oldest
 * instalment was paid. `reopened`: the same spell goes on in its next pass after a
 * reversal. `cured` and `ended`: the spell is over, as paid up or as the state says.
 */
export type SpellChange =
  | { kind: 'none' }
  | { kind: 'opened' | 'moved' | 'reopened'; pass: NewPass }
  | { kind: 'cured' }
  | { kind: 'ended'; as: AccountState }

/**
 * What does a change of an account's facts mean for its spell?
 *
 * @param before  null for an account that was not known
 */
export function spellChange(before: Standing | null, after: Standing, cause: SpellCause): SpellChange {
  const had = before !== null && isInSpell(before)
  if (!isInSpell(after)) {
    if (!had) return { kind: 'none' }
    return after.state === 'open' || after.state === 'cured' ? { kind: 'cured' } : { kind: 'ended', as: after.state }
  }
  if (!had)
    return cause.reversal && cause.curedBefore
      ? { kind: 'reopened', pass: resumed(cause) }
      : { kind: 'opened', pass: fresh('arrival', cause.at) }
  const direction = movement(before, after)
  if (direction < 0) return { kind: 'moved', pass: fresh('payment', cause.at) }
  return direction > 0 && cause.reversal ? { kind: 'reopened', pass: resumed(cause) } : { kind: 'none' }
}

/** Is an amount overdue with known days past due? */
const isInSpell = (standing: Standing): boolean =>
  standing.state === 'open' &&
  standing.overdueMinor > 0n &&
  (standing.dueDate !== null || standing.statedDaysPastDue !== null)

/**
 * Did days past due fall (negative) or rise (positive) by anything but the passing of time?
 *
 * Days past due that are only stated rise with every night's file, so that they show only a fall.
 */
function movement(before: Standing, after: Standing): number {
  if (before.dueDate !== null && after.dueDate !== null)
    return before.dueDate < after.dueDate ? -1 : before.dueDate > after.dueDate ? 1 : 0
  if (before.statedDaysPastDue === null || after.statedDaysPastDue === null) return 0
  return after.statedDaysPastDue < before.statedDaysPastDue ? -1 : 0
}

const fresh = (enteredBy: Entry, at: Instant): NewPass => ({
  enteredBy,
  enteredAt: at,
  notBefore: null,
  toneCeiling: null,
})

/** Waits a day, and is no firmer than before: the recipient may not know yet that the payment was reversed. */
const resumed = ({ at, lastTone }: SpellCause): NewPass => ({
  enteredBy: 'reversal',
  enteredAt: at,
  notBefore: at + DAY,
  toneCeiling: lastTone,
})
