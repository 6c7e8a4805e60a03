import fc from 'fast-check'
import { HOUR, type Instant } from '../../src/model/time.ts'

/** Books are entered by the hour. */
export const when = (tick: number): Instant => Date.UTC(2026, 0, 1) + tick * HOUR

/**
 * What a lender tells of its own books.
 *
 * In the books everything is entered when it is booked; what is told of it may be dated back, may come late, and may come twice.
 */
export interface Told {
  no: number
  type: 'snapshot' | 'payment' | 'adjustment' | 'reversal'
  booked: number
  /** As of when it is dated. */
  value: number
  comes: number
  minor: number
  /** What the books said once it was booked. */
  owed: number
  remains: boolean
  payment: Told | null
}

export const step = fc.record({
  what: fc.constantFrom('snapshot', 'snapshot', 'payment', 'payment', 'payment', 'charge', 'adjustment', 'reversal'),
  minor: fc.integer({ min: 1, max: 12 }).map((n) => n * 1000),
  sign: fc.boolean(),
  backdated: fc.integer({ min: 0, max: 6 }),
  late: fc.integer({ min: 0, max: 6 }),
  remains: fc.boolean(),
  again: fc.boolean(),
  pick: fc.nat(),
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** What is told of these steps, in the order in which it comes. The first is a snapshot. */
export function tell(steps: readonly Step[], lateSnapshots: boolean): Told[] {
  const told: Told[] = []
  const reversed = new Set<number>()
  let owed = 1_000_000
  const enter = (
    type: Told['type'],
    booked: number,
    { backdated, late, remains }: Pick<Step, 'backdated' | 'late' | 'remains'>,
    minor: number,
    payment: Told | null,
  ) => {
    const isSnapshot = type === 'snapshot'
    told.push({
      no: told.length,
      type,
      booked,
      value: isSnapshot || lateSnapshots ? booked : booked - backdated,
      comes: booked + (isSnapshot && !lateSnapshots ? 0 : late),
      minor,
      owed,
      remains: remains && !isSnapshot,
      payment,
    })
  }
  enter('snapshot', 0, { backdated: 0, late: 0, remains: false }, 0, null)
  for (const [i, stated] of steps.entries()) {
    const booked = i + 1
    // No two of them add up to a third, or one could not be told from the others.
    const one = { ...stated, minor: stated.minor * 100 + 2 ** i }
    const payments = told.filter((known) => known.type === 'payment' && !reversed.has(known.no))
    if (one.what === 'charge') owed += one.minor
    else if (one.what === 'snapshot') enter('snapshot', booked, one, 0, null)
    else if (one.what === 'payment') {
      owed -= one.minor
      enter('payment', booked, one, -one.minor, null)
    } else if (one.what === 'adjustment') {
      const minor = one.sign ? one.minor : -one.minor
      owed += minor
      enter('adjustment', booked, one, minor, null)
    } else {
      const payment = payments[one.pick % Math.max(1, payments.length)]
      if (payment === undefined) continue
      reversed.add(payment.no)
      owed -= payment.minor
      enter('reversal', booked, one, -payment.minor, payment)
    }
  }
  // What comes at the same time comes in any order; some things come twice.
  return told
    .flatMap((one, i) => (steps[i]?.again === true ? [one, { ...one, comes: one.comes + 2 }] : [one]))
    .sort((a, b) => a.comes - b.comes || ((a.no * 7) % 5) - ((b.no * 7) % 5))
}

/** What is surely owed by the lender's books, as far as they were told. */
export function surelyOwed(heard: readonly Told[]): number {
  const statements = heard.filter((one) => one.type === 'snapshot' || one.remains)
  const last = statements.reduce((latest, one) => (one.booked > latest.booked ? one : latest))
  return heard
    .filter((one) => one.type !== 'snapshot' && one.booked > last.booked)
    .reduce((sum, one) => {
      const isKnown =
        one.payment === null || one.payment.booked <= last.booked || heard.some((other) => other.no === one.payment?.no)
      return isKnown ? sum + one.minor : sum
    }, last.owed)
}
