import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchOwnMessage } from '../../src/pipeline/sweep/doubts.ts'
import type { Competing } from '../../src/pipeline/sweep/doubts.ts'

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 3, 0, second))
const own = { reminderId: 'own', attemptNo: 1, reservedAt: at(10) }
const competingAttempt = (over: Partial<Competing> = {}): Competing => ({
  reminderId: 'other',
  attemptNo: 1,
  reservedAt: at(20),
  providerRef: null,
  looksAlike: true,
  ...over,
})
const alike = (...references: string[]) => ({
  kind: 'alike' as const,
  rows: references.map((reference) => ({ reference, word: null })),
  complete: true,
})

describe("a row of the provider's books that looks like an attempt in doubt", () => {
  it.each<[string, ReturnType<typeof alike>, Competing[], object]>([
    ['is its own when nobody else can have made it', alike('SM1'), [], { kind: 'found', reference: 'SM1' }],
    [
      "is not its own when it is known to be another's",
      alike('SM1'),
      [competingAttempt({ providerRef: 'SM1' })],
      { kind: 'not-found' },
    ],
    [
      "may be another's that is in doubt too, or on its way: nobody can say",
      alike('SM1'),
      [competingAttempt()],
      { kind: 'unavailable' },
    ],
    [
      "is not an attempt's with other words",
      alike('SM1'),
      [competingAttempt({ looksAlike: false })],
      { kind: 'found', reference: 'SM1' },
    ],
    [
      'is its own when there is one for each',
      alike('SM1', 'SM2'),
      [competingAttempt()],
      { kind: 'found', reference: 'SM1' },
    ],
    [
      'is its own by age',
      alike('SM1', 'SM2'),
      [competingAttempt({ reservedAt: at(0) })],
      { kind: 'found', reference: 'SM2' },
    ],
    [
      "is its own when the other's is known",
      alike('SM1', 'SM2'),
      [competingAttempt({ providerRef: 'SM1' })],
      { kind: 'found', reference: 'SM2' },
    ],
    [
      "of three attempts is nobody's for sure while there are two",
      alike('SM1', 'SM2'),
      [competingAttempt(), competingAttempt({ reminderId: 'third' })],
      { kind: 'unavailable' },
    ],
    [
      'may be among those that were not read',
      { ...alike('SM1'), complete: false },
      [competingAttempt({ providerRef: 'SM1' })],
      { kind: 'unavailable' },
    ],
  ])('%s', (_how, rows, competing, answer) => {
    expect(matchOwnMessage(rows, own, competing)).toMatchObject(answer)
  })

  it('is never taken by two, and by all as soon as there is one for each, whoever asks', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            id: fc.constantFrom('a', 'b', 'c', 'd'),
            no: fc.integer({ min: 1, max: 12 }),
            second: fc.integer({ min: 0, max: 3 }),
          }),
          { selector: ({ id, no }) => `${id}${no}`, minLength: 1 },
        ),
        fc.integer({ min: 0, max: 12 }),
        (attempts, count) => {
          const all = attempts.map(({ id, no, second }) =>
            competingAttempt({ reminderId: id, attemptNo: no, reservedAt: at(second) }),
          )
          const rows = alike(...Array.from({ length: count }, (_, i) => `SM${i}`))
          const answers = all.map((one) =>
            matchOwnMessage(
              rows,
              one,
              all.filter((other) => other !== one),
            ),
          )
          const taken = answers.flatMap((answer) => (answer.kind === 'found' ? [answer.reference] : []))
          expect(new Set(taken).size).toBe(taken.length)
          expect(taken.length).toBe(count >= all.length ? all.length : 0)
        },
      ),
    )
  })
})
