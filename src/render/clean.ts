// Bidi overrides can make a text read otherwise than it is; 【】 would look like a second sender's signature.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb【】]+/g

/** Most facts need nothing done: words without edges, double spaces or anything unusual. */
const PLAIN = /^[!-~\u4e00-\u9fff]+(?: [!-~\u4e00-\u9fff]+)*$/

/**
 * The same text as one line that no channel, header or speech engine stumbles over.
 *
 * Control characters, bidi overrides and 【】 become a space, lone surrogates vanish, spaces are joined.
 * For facts, never for whole messages.
 */
export function cleanLine(text: string): string {
  return PLAIN.test(text) ? text : wellFormed(text).replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim()
}

const LONE_SURROGATE = /\p{Surrogate}/gu

const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '')
