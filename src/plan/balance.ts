import { isInFuture, type Instant } from '../model/time.ts'

/**
 * What is known of how much is overdue on one account.
 *
 * What upstream stated last, and what was reported since that this statement surely does not contain. Minor units
 * throughout. Below zero, more was paid than was owed: what is reported next is set against it, so
 * that a reversal gives back what its payment took off and not what it amounted to.
 */
export interface Balance {
  /** What upstream stated to be overdue. */
  stated: number
  /** What is dated later is surely not in it: a snapshot's own date, or when an event came that said what remains (it may be dated back). */
  statedAt: Instant
  /** `SNAPSHOT`, or the id of the event that said what remains. */
  statedBy: string
  /** Reported since: what is dated after `statedAt`, and the payment of an event that stated it itself. */
  changes: readonly Change[]
  /** The latest instant of which anything known speaks. */
  asOf: Instant
}

/** What was stated about the account itself, by whatever came with it. */
export const SNAPSHOT = 'snapshot'

/** One payment, reversal or adjustment: what it adds to the balance. */
export interface Change {
  id: string
  minor: number
  at: Instant
}

/** How much is overdue? Never below zero. */
export const overdueOf = (balance: Balance): number => clamp(sumOf(balance, balance.changes))

const sumOf = ({ stated }: Balance, changes: readonly Change[]): number =>
  changes.reduce((sum, change) => sum + change.minor, stated)
const clamp = (minor: number): number => Math.max(0, minor)

/**
 * What a snapshot of the account means for its balance.
 *
 * `older`: it tells nothing that is not known. `taken`: it is the balance now. `contradicts`: it is dated
 * before something that was reported, and is not what was reckoned for then; the lower of both
 * counts, and nothing is chased until a later snapshot comes.
 */
export type Restated = { kind: 'older' } | { kind: 'taken' | 'contradicts'; balance: Balance }

/**
 * What does a snapshot say, beside what is known?
 *
 * A snapshot contains whatever is dated before it and was reported before it came. What is known as of an instant
 * that has not come yet is not known, and gives way to any snapshot.
 *
 * @param minor  below zero when the account was overpaid
 */
export function restate(known: Balance, minor: number, at: Instant, now: Instant): Restated {
  const taken = (changes: readonly Change[]): Restated => ({
    kind: 'taken',
    balance: {
      stated: minor,
      statedAt: at,
      statedBy: SNAPSHOT,
      changes,
      asOf: isInFuture(known.asOf, now) ? at : Math.max(at, known.asOf),
    },
  })
  if (isInFuture(known.asOf, now)) return taken([])
  const later = known.changes.filter((change) => change.at >= at)
  const contradicting: Balance = { stated: minor, statedAt: at, statedBy: SNAPSHOT, changes: later, asOf: known.asOf }
  if (known.statedBy !== SNAPSHOT && at <= known.asOf)
    return overdueOf(contradicting) < overdueOf(known)
      ? { kind: 'contradicts', balance: contradicting }
      : { kind: 'older' }
  if (known.statedBy === SNAPSHOT && at < known.statedAt) return { kind: 'older' }
  if (later.length === 0 && at >= known.asOf) return taken([])
  // Books may say nothing where more was paid than was owed, but not the other way round.
  const isReckoned = (sum: number): boolean => minor === sum || (sum < 0 && minor <= 0 && minor > sum)
  const before = isReckoned(
    sumOf(
      known,
      known.changes.filter((change) => change.at < at),
    ),
  )
  if (
    before ||
    isReckoned(
      sumOf(
        known,
        known.changes.filter((change) => change.at <= at),
      ),
    )
  ) {
    return at < known.asOf ? { kind: 'older' } : taken(before ? later : later.filter((change) => change.at > at))
  }
  return { kind: 'contradicts', balance: lower(known, contradicting) }
}

const lower = (known: Balance, other: Balance): Balance => (overdueOf(other) < overdueOf(known) ? other : known)

/** What an event says of the balance. */
interface Report {
  id: string
  at: Instant
  /** What it adds; below zero takes off. Null: it cannot be told. */
  moves: number | null
  /** It takes back what is counted already, and so is surely not in the last statement. */
  isReversal?: boolean
  /** What remains by its own word; below zero when more was paid than was owed. Null: it does not say. */
  remains: number | null
}

/**
 * What an event means for the balance.
 *
 * `counted`: the balance is this now. `doubtful`: whether the balance has it already, or which of two statements
 * holds, cannot be told; the lowest that may be so counts, and nothing is chased until a later snapshot comes.
 */
export interface Reported {
  kind: 'counted' | 'doubtful'
  balance: Balance
  /** What was entered as a change of its own; null: nothing, or a statement took the place of what was known. */
  change: Change | null
}

/**
 * What does an event do to the balance?
 *
 * 1. One that is dated after the last statement, and states nothing else than was reckoned, is counted.
 * 2. One that does not say what remains, and is dated at or before the last statement, may be in it or not: doubtful.
 * 3. One that says what remains is news whatever its date: what was stated last gives way to it. But it raises the
 *    balance above what was reckoned only when it is later than all that is known, and nothing but a snapshot
 *    is known; and where other reports came since the last statement, it is not known whether it has
 *    them. Then the lower counts, and it is doubtful.
 */
export function report(known: Balance, event: Report, now: Instant): Reported {
  const { id, at, moves, remains } = event
  const unchanged = (kind: Reported['kind']): Reported => ({ kind, balance: known, change: null })
  const isDatedAfter =
    !isInFuture(known.asOf, now) && (at > known.statedAt || (event.isReversal === true && at === known.statedAt))
  if (remains === null) {
    if (moves === 0) return unchanged('counted')
    return isDatedAfter && moves !== null ? counted(known, { id, minor: moves, at }) : unchanged('doubtful')
  }
  const restated: Balance = {
    stated: remains,
    statedAt: now,
    statedBy: id,
    changes: [],
    asOf: isInFuture(known.asOf, now) ? at : Math.max(at, known.asOf),
  }
  if (isInFuture(known.asOf, now)) return { kind: 'counted', balance: restated, change: null }
  if (isDatedAfter && moves !== null) {
    const reckoned = reckonedAs(known, moves, remains)
    if (reckoned === remains) return counted(known, { id, minor: moves, at })
    if (reckoned !== null) return nothingLeft(known, { id, minor: moves, at }, remains, now)
  }
  const rises = clamp(remains) > overdueOf(known)
  if (known.changes.length > 0) {
    const among = { ...restated, changes: known.changes.filter((change) => change.at > at) }
    // The event may stand among the reports or after them all.
    const asOneMore = isDatedAfter && moves !== null ? counted(known, { id, minor: moves, at }).balance : known
    return { kind: 'doubtful', balance: lower(lower(known, among), asOneMore), change: null }
  }
  if (!rises)
    return {
      kind: 'counted',
      balance: { ...restated, stated: Math.min(remains, sumOf(known, known.changes)) },
      change: null,
    }
  if (at >= known.asOf && known.statedBy === SNAPSHOT) return { kind: 'counted', balance: restated, change: null }
  return unchanged('doubtful')
}

function counted(known: Balance, change: Change): Reported {
  return {
    kind: 'counted',
    balance: { ...known, changes: [...known.changes, change], asOf: Math.max(known.asOf, change.at) },
    change,
  }
}

/**
 * Nothing remains, and nothing was reckoned to, but the two differ below zero: what else the event knows of cannot be told.
 *
 * Only its own payment stays apart, so that it can be reversed; what is reported later and dated before now may be in it.
 */
function nothingLeft(known: Balance, change: Change, remains: number, now: Instant): Reported {
  // What is dated after it is not in what remains.
  const later = known.changes.reduce((sum, other) => (other.at > change.at ? sum + other.minor : sum), 0)
  const stated = Math.min(sumOf(known, known.changes) + change.minor, remains + later) - change.minor
  return {
    kind: 'counted',
    change,
    balance: { stated, statedAt: now, statedBy: change.id, changes: [change], asOf: Math.max(known.asOf, change.at) },
  }
}

/** As what was reckoned, with the reports of before it, with all of them or with none, does an event say what remains? Null: as nothing, or less than all of them leave. */
function reckonedAs(known: Balance, moves: number, remains: number): number | null {
  let sum = known.stated + moves
  const sums = [sum]
  for (const change of [...known.changes].sort((a, b) => a.at - b.at)) sums.push((sum += change.minor))
  if (clamp(sum) > clamp(remains)) return null
  return (
    sums.find((reckoned) => reckoned === remains) ?? sums.find((reckoned) => clamp(reckoned) === clamp(remains)) ?? null
  )
}

/** Is this less than may ever have been reckoned since the last statement, whichever of its changes were known by then? */
export const saysLess = (known: Balance, remains: number): boolean =>
  remains < clamp(known.changes.reduce((most, { minor }) => most + Math.max(0, minor), known.stated))

/**
 * What does a reversal add to the balance, and when at the earliest?
 *
 * @param payment  what its payment changed; undefined: it was not counted since the last statement
 * @param minor    how much of it was taken back
 * @returns        null when it cannot be told
 */
export function givenBack(
  known: Balance,
  payment: Change | undefined,
  minor: number,
): { moves: number; from: Instant } | null {
  if (payment === undefined || !known.changes.some((change) => change.id === payment.id)) return null
  return { moves: Math.min(minor, -payment.minor), from: Math.max(payment.at, known.statedAt) }
}
