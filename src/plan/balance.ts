import { isInFuture, type Instant } from '../model/time.ts'

/**
 * The overdue balance of one account, as far as it is known.
 *
 * The last statement from upstream, plus the changes reported since that it surely does not contain. In minor
 * units. Negative: overpaid. Later reports are set against the overpayment, so that a reversal restores only
 * the part of its payment that reduced the balance.
 */
export interface Balance {
  /** The overdue amount that upstream stated. */
  stated: number
  /** Later changes are surely not in it: a snapshot's own date, or the arrival of an event that stated the remainder (it may be backdated). */
  statedAt: Instant
  /** `SNAPSHOT`, or the id of the event that stated the remainder. */
  statedBy: string
  /** Reported since: changes dated after `statedAt`, and the payment of the event that made the statement. */
  changes: readonly Change[]
  /** The latest date of any statement or report. */
  asOf: Instant
}

/** `statedBy` of a statement that came with the account itself. */
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
 * The effect of an account snapshot on its balance.
 *
 * `older`: it adds nothing new. `taken`: it is the balance now. `contradicts`: it is dated before a report
 * and differs from the balance computed for that date; the lower of both counts, and no reminder goes
 * out until a later snapshot comes.
 */
export type Restated = { kind: 'older' } | { kind: 'taken' | 'contradicts'; balance: Balance }

/**
 * How does a snapshot change the known balance?
 *
 * A snapshot contains every change dated before it and reported before it came. A balance dated in the future
 * does not count as known, and any snapshot replaces it.
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
  // Upstream may state zero where the account was overpaid, but not the reverse.
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

/** What an event reports about the balance. */
interface Report {
  id: string
  at: Instant
  /** What it adds; negative: it reduces. Null: not known. */
  moves: number | null
  /** It takes back a counted payment, and so is surely not in the last statement. */
  isReversal?: boolean
  /** The remainder that it states; negative when overpaid. Null: not stated. */
  remains: number | null
}

/**
 * The effect of an event on the balance.
 *
 * `counted`: the balance is this now. `doubtful`: it is not known whether the balance already contains the event, or
 * which of two statements holds; the lowest possible counts, and no reminder goes out until a later snapshot comes.
 */
export interface Reported {
  kind: 'counted' | 'doubtful'
  balance: Balance
  /** The change that was added; null: none, or a statement replaced the balance. */
  change: Change | null
}

/**
 * What does an event do to the balance?
 *
 * 1. An event dated after the last statement that states no remainder, or the computed one, is counted.
 * 2. An event without a remainder, dated at or before the last statement, may be contained in it: doubtful.
 * 3. A stated remainder replaces the last statement, whatever its date. But it raises the balance above the
 *    computed one only when it is later than everything known and the last statement is a snapshot; and where
 *    other reports came since that statement, it is not known whether the remainder contains them. In these
 *    cases the lower balance counts, and the event is doubtful.
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
    // Counted into the statement, since they are dated before it is made: below zero it is overpaid, and stays so.
    const among = {
      ...restated,
      stated: sumOf(
        restated,
        known.changes.filter((change) => change.at > at),
      ),
    }
    // The event may come between the other reports or after them all.
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
 * Both the stated and the computed remainder are zero or less, but they differ: which other changes the statement
 * contains is not known.
 *
 * Only its own payment stays a change of its own, so that it can be reversed; later reports dated before now may be in it.
 */
function nothingLeft(known: Balance, change: Change, remains: number, now: Instant): Reported {
  // Changes dated after it are not in the remainder.
  const later = known.changes.reduce((sum, other) => (other.at > change.at ? sum + other.minor : sum), 0)
  const stated = Math.min(sumOf(known, known.changes) + change.minor, remains + later) - change.minor
  return {
    kind: 'counted',
    change,
    balance: { stated, statedAt: now, statedBy: change.id, changes: [change], asOf: Math.max(known.asOf, change.at) },
  }
}

/** Which computed balance (with none, some or all of the reports, by date) does the stated remainder equal? Null: none, or it is less than all of them leave. */
function reckonedAs(known: Balance, moves: number, remains: number): number | null {
  let sum = known.stated + moves
  const sums = [sum]
  for (const change of [...known.changes].sort((a, b) => a.at - b.at)) sums.push((sum += change.minor))
  if (clamp(sum) > clamp(remains)) return null
  return (
    sums.find((reckoned) => reckoned === remains) ?? sums.find((reckoned) => clamp(reckoned) === clamp(remains)) ?? null
  )
}

/** Is this less than the highest balance possible since the last statement, whichever of its changes were known? */
export const saysLess = (known: Balance, remains: number): boolean =>
  remains < clamp(known.changes.reduce((most, { minor }) => most + Math.max(0, minor), known.stated))

/**
 * What does a reversal add to the balance, and when at the earliest?
 *
 * @param payment  what its payment changed; undefined: it was not counted since the last statement
 * @param minor    how much of it was taken back
 * @returns        null when it is not known
 */
export function givenBack(
  known: Balance,
  payment: Change | undefined,
  minor: number,
): { moves: number; from: Instant } | null {
  if (payment === undefined || !known.changes.some((change) => change.id === payment.id)) return null
  return { moves: Math.min(minor, -payment.minor), from: Math.max(payment.at, known.statedAt) }
}
