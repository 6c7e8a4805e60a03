import { MAX_SPOKEN_ENCODED } from '../../model/message.ts'

/**
 * In which pieces can this text be spoken?
 *
 * Control characters and lone surrogates, on which the document builder throws, become
 * spaces. Cuts fall after a sentence where there is one, otherwise anywhere between
 * two characters.
 *
 * @returns  pieces in order; none for a text of spaces only
 */
export function sayable(text: string): string[] {
  const clean = text.replace(/[\p{Cc}\p{Surrogate}\ufffe\uffff]+/gu, ' ').trim()
  const pieces: string[] = []
  let piece = ''
  for (const sentence of clean.split(/(?<=[。!?;.!?;])/u)) {
    for (const part of fits(sentence) ? [sentence] : cut(sentence)) {
      if (piece !== '' && !fits(piece + part)) {
        pieces.push(piece)
        piece = ''
      }
      piece += part
    }
  }
  return [...pieces, piece].map(one => one.trim()).filter(one => one !== '')
}

const encodedLength = (text: string): number => encodeURIComponent(text).length
const fits = (text: string): boolean => encodedLength(text) <= MAX_SPOKEN_ENCODED

function cut(sentence: string): string[] {
  const parts: string[] = []
  let part = ''
  let length = 0
  for (const character of sentence) {
    const more = encodedLength(character)
    if (length + more > MAX_SPOKEN_ENCODED) {
      parts.push(part)
      part = ''
      length = 0
    }
    part += character
    length += more
  }
  parts.push(part)
  return parts
}
