/** What Unicode calls default-ignorable (soft hyphens, zero-width and bidi controls, fillers, variation selectors, tags), and the interlinear marks. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u
const EVERY_INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** Most texts are this, and need nothing done. */
const ASCII = /^[\0-\x7f]*$/

/** Scripts whose letters are joined or kept apart by U+200C and U+200D, and whose words mean another thing without them. */
const JOINED_SCRIPTS = '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Nko}\\p{Script=Thaana}\\p{Script=Devanagari}\\p{Script=Bengali}'
  + '\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}'
  + '\\p{Script=Tibetan}\\p{Script=Myanmar}\\p{Script=Khmer}]'
const AFTER_JOINED = new RegExp(`${JOINED_SCRIPTS}$`, 'u')
const BEFORE_JOINED = new RegExp(`^${JOINED_SCRIPTS}`, 'u')
/** An emoji, with the skin tone or the selector that may follow it. */
const AFTER_EMOJI = /\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?$/u
const BEFORE_EMOJI = /^\p{Extended_Pictographic}/u
const AFTER_MONGOLIAN = /\p{Script=Mongolian}$/u

/**
 * The same text in the one form in which it is kept, compared and sent: composed (NFC), and without
 * characters that nobody sees.
 *
 * A decomposed accent or one soft hyphen turns an SMS of one segment into three, and two spellings
 * that look alike must be alike. Joiners stay where a script is written with them.
 */
export function plainText(text: string): string {
  if (ASCII.test(text)) return text
  const composed = text.normalize('NFC')
  if (!INVISIBLE.test(composed)) return composed
  // Composed again: what stood between a letter and its accent is gone now.
  return composed.replace(EVERY_INVISIBLE, (character, at: number) => (isNeeded(character, composed.slice(Math.max(0, at - 4), at), composed.slice(at + character.length, at + character.length + 2)) ? character : '')).normalize('NFC')
}

function isNeeded(character: string, before: string, after: string): boolean {
  if (character === '\u200c' || character === '\u200d') {
    return (AFTER_JOINED.test(before) && (character === '\u200d' || BEFORE_JOINED.test(after))) || (character === '\u200d' && AFTER_EMOJI.test(before) && BEFORE_EMOJI.test(after))
  }
  return /[\u180b-\u180d\u180f]/.test(character) && AFTER_MONGOLIAN.test(before)
}
