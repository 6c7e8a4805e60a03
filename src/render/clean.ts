import { plainText } from '../model/plain-text.ts'

// Bidi overrides can make a text read otherwise than it is (they are gone before); 【】 would look like a second sender's signature.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029【】]+/g

/** Most facts need nothing done: words without edges, double spaces or anything unusual. */
const PLAIN = /^[!-~\u4e00-\u9fff]+(?: [!-~\u4e00-\u9fff]+)*$/

/**
 * The same text as one line that no channel, header or speech engine stumbles over.
 *
 * Composed (NFC); control characters and 【】 become a space, what nobody sees and lone surrogates vanish, spaces are joined.
 * For facts, never for whole messages.
 */
export function cleanLine(text: string): string {
  return PLAIN.test(text) ? text : plainText(wellFormed(text)).replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim()
}

const LONE_SURROGATE = /\p{Surrogate}/gu

const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '')
