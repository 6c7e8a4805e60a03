import type { Listener } from '../support/fake-twilio/books.ts'
import { QUIET_LADDER, STEP_DAYS_PAST_DUE, STEP_LADDER } from './root.ts'
import type { Cohort } from './policy.ts'
import type { Random } from './random.ts'

/** One invented borrower with one account. */
export interface Person {
  id: string
  accountId: string
  cohort: Cohort
  /** Texts and calls; a few people share one. */
  number: string
  email: string
  /** The ladder's step falls due for them as soon as they are known. */
  climbs: boolean
  listener: Listener
}

const LISTENERS: readonly Listener[] = [
  { answer: 'human', digits: ['1', ''] },
  { answer: 'no-answer', digits: [] },
  { answer: 'busy', digits: [] },
  { answer: 'machine_end_beep', digits: [] },
]

export function recipientsOf(random: Random, count: number, cohorts: readonly Cohort[]): Person[] {
  const people: Person[] = []
  for (let n = 0; n < count; n++) {
    const before = people.at(-1)
    const shares = before !== undefined && random.chance(0.1)
    // Most may be contacted all the time, or nothing would press on the caps.
    const cohort = shares ? before.cohort : random.chance(0.6) ? (cohorts[0] as Cohort) : random.pick(cohorts)
    people.push({
      id: `r-${n}`,
      accountId: `a-${n}`,
      cohort,
      number: shares ? before.number : numberOf(cohort, n),
      email: `person${n}@example.com`,
      climbs: random.chance(0.3),
      listener: random.pick(LISTENERS),
    })
  }
  return people
}

/** A number of the cohort's country that looks real: +44 7700 9nnnnn, +1 212 20n nnnn. */
const numberOf = (cohort: Cohort, n: number): string =>
  `${cohort.prefix}${cohort.prefix.startsWith('+44') ? 900_000 + n : String(n).padStart(5, '0')}`

/** The account as the lender's system reports it. */
export function accountBody(recipient: Person, asOf: number): Record<string, unknown> {
  const { cohort } = recipient
  return {
    creditor: 'meridian',
    asOf: new Date(asOf).toISOString(),
    product: cohort.product,
    overdue: { amount: '125.00', currency: cohort.currency },
    reference: { masked: '4821' },
    dueDate: new Date(asOf - STEP_DAYS_PAST_DUE * 86_400_000).toISOString().slice(0, 10),
    ladder: recipient.climbs ? STEP_LADDER : QUIET_LADDER,
    recipient: {
      id: recipient.id,
      name: 'Ana Ortiz',
      locale: 'en',
      jurisdiction: cohort.jurisdiction,
      timeZone: cohort.zone,
      addresses: [
        { channel: 'sms', value: recipient.number, kind: 'mobile', relation: 'self' },
        { channel: 'phone', value: recipient.number, kind: 'mobile', relation: 'self' },
        { channel: 'email', value: recipient.email, relation: 'self' },
      ],
    },
  }
}
