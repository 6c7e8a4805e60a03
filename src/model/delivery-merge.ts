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
 * proves it while the call still goes on. A call of which we know that its words could not be
 * said was no talk, though the provider reports at its end that somebody picked up; only a key
 * pressed before outweighs that.
 */
export function mergeDelivery(previous: DeliveryWord | null, next: DeliveryWord): DeliveryWord {
  if (previous === null) return next
  const unsaid = [previous, next].find(wordsWereMissing)
  if (unsaid !== undefined && !(previous.state === 'conversation' && !previous.final)) return { ...unsaid, final: previous.final || next.final }
  const [talk, again] = [previous, next].filter(({ state }) => state === 'conversation')
  if (talk !== undefined) return { ...moreOf(talk, again ?? talk), final: previous.final || next.final }
  if (previous.final !== next.final) return previous.final ? previous : next
  if (previous.state !== next.state) return WEIGHT[next.state] > WEIGHT[previous.state] ? next : previous
  return moreOf(previous, next)
}

/** Our own word on a call that could not say what it was made for; no provider has this code. */
export const WORDS_UNAVAILABLE: DeliveryWord = { state: 'failed', final: false, code: 'WORDS_UNAVAILABLE', class: 'content' }

/** Did this call fail for want of its words? */
export const wordsWereMissing = ({ code }: Pick<DeliveryWord, 'code'>): boolean => code === WORDS_UNAVAILABLE.code

/** Do two final words exclude each other? The pipeline raises an alarm and keeps the merged word. */
export function contradicts(previous: DeliveryWord | null, next: DeliveryWord): boolean {
  return previous !== null && previous.final && next.final && previous.state !== next.state && !wordsWereMissing(previous)
}

const moreOf = (one: DeliveryWord, other: DeliveryWord): DeliveryWord => (detailOf(other) > detailOf(one) ? other : one)

/** Orders two words of one state, so that merging them gives the same answer either way round. */
const detailOf = (word: DeliveryWord): string => `${word.class ?? ''}/${word.code ?? ''}/${DELIVERY_STATES.indexOf(word.state)}`
