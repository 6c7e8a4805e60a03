import { DELIVERY_STATES, type DeliveryState, type DeliveryWord } from './outcome.ts'

/** From "never happened" to "surely a talk": the later a state stands, the more it counts in caps and cooldowns. */
const WEIGHT: Record<DeliveryState, number> = {
  'not-sent': 0, failed: 1, 'no-answer': 2, 'in-flight': 3, sent: 4, voicemail: 5, delivered: 6, conversation: 7,
}

/**
 * What is known of an attempt once one more word of its provider has come?
 *
 * Callbacks arrive in any order, late and twice, so the answer does not depend on
 * order: a final word never gives way to one that is not; of two of the same rank
 * the one that counts more towards caps stands, because the safer error is to have
 * contacted the person. A talk stays a talk whatever its end is called: a key that was pressed
 * proves it while the call still goes on.
 */
export function mergeDelivery(previous: DeliveryWord | null, next: DeliveryWord): DeliveryWord {
  if (previous === null) return next
  const [talk, again] = [previous, next].filter(({ state }) => state === 'conversation')
  if (talk !== undefined) return { ...moreOf(talk, again ?? talk), final: previous.final || next.final }
  if (previous.final !== next.final) return previous.final ? previous : next
  if (previous.state !== next.state) return WEIGHT[next.state] > WEIGHT[previous.state] ? next : previous
  return moreOf(previous, next)
}

/** Do two final words exclude each other? The pipeline raises an alarm and keeps the merged word. */
export function contradicts(previous: DeliveryWord | null, next: DeliveryWord): boolean {
  return previous !== null && previous.final && next.final && previous.state !== next.state
}

const moreOf = (one: DeliveryWord, other: DeliveryWord): DeliveryWord => (detailOf(other) > detailOf(one) ? other : one)

/** Orders two words of one state, so that merging them gives the same answer either way round. */
const detailOf = (word: DeliveryWord): string => `${word.class ?? ''}/${word.code ?? ''}/${DELIVERY_STATES.indexOf(word.state)}`
