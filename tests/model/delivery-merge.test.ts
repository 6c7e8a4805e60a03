import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  contradicts,
  DELIVERY_STATES,
  type DeliveryReport,
  mergeDelivery,
  REJECTION_CLASSES,
} from '../../src/model/delivery.ts'

const word = (state: DeliveryReport['state'], final: boolean, code: string | null = null): DeliveryReport => ({
  state,
  final,
  code,
  class: null,
})
const anyWord: fc.Arbitrary<DeliveryReport> = fc.record({
  state: fc.constantFrom(...DELIVERY_STATES),
  final: fc.boolean(),
  code: fc.option(fc.constantFrom('30003', '30005')),
  class: fc.option(fc.constantFrom(...REJECTION_CLASSES)),
})
const merge = (words: DeliveryReport[]): DeliveryReport | null =>
  words.reduce<DeliveryReport | null>((known, next) => mergeDelivery(known, next), null)

describe('what is known of an attempt after several words of its provider', () => {
  it.each([
    ['the first word counts', [word('in-flight', false)], 'in-flight'],
    ['a later stage replaces an earlier one', [word('in-flight', false), word('sent', false)], 'sent'],
    ['an earlier stage that comes late changes nothing', [word('sent', false), word('in-flight', false)], 'sent'],
    ['an end is never taken back by a stage', [word('delivered', true), word('sent', false)], 'delivered'],
    ['a failure is never taken back by a stage', [word('failed', true), word('sent', false)], 'failed'],
    ['of two ends the one that counts more stands', [word('failed', true), word('delivered', true)], 'delivered'],
    ['a talk outweighs a voicemail', [word('conversation', true), word('voicemail', true)], 'conversation'],
    [
      'a talk that was proven before the end stays one',
      [word('conversation', false), word('voicemail', true)],
      'conversation',
    ],
    [
      'a talk that was proven, and is told late, counts',
      [word('voicemail', true), word('conversation', false)],
      'conversation',
    ],
    [
      'a ring that may have been heard outweighs "never sent"',
      [word('not-sent', true), word('no-answer', true)],
      'no-answer',
    ],
  ])('%s', (_sentence, words, state) => {
    expect(merge(words)?.state).toBe(state)
  })

  it('has an end once any word was one', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 1, maxLength: 6 }), (words) => {
        expect(merge(words)?.final).toBe(words.some(({ final }) => final))
      }),
    )
  })

  it('does not depend on the order in which they came, nor on repetition', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyWord, { minLength: 1, maxLength: 6 })
          .chain((words) => fc.tuple(fc.constant(words), fc.shuffledSubarray(words, { minLength: words.length }))),
        ([words, shuffled]) => {
          expect(merge([...shuffled, ...words])).toEqual(merge(words))
        },
      ),
    )
  })

  it('contradictions are two different ends', () => {
    expect(contradicts(word('delivered', true), word('failed', true))).toBe(true)
    expect(contradicts(word('delivered', true), word('delivered', true))).toBe(false)
    expect(contradicts(word('sent', false), word('failed', true))).toBe(false)
    expect(contradicts(null, word('failed', true))).toBe(false)
  })
})
