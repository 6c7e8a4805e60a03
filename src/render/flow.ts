const WIDE = '[\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef\\u3000-\\u303f]'
const BETWEEN_WIDE = new RegExp(`(${WIDE})[ \\t]*\\n\\s*(?=${WIDE}|[0-9])`, 'g')

/**
 * The words as one line, for SMS, speech and subjects.
 *
 * Authors may break lines where they like: a break after a Chinese character and before another (or
 * a figure) vanishes, any other becomes a space.
 */
export function oneLine(text: string): string {
  return text.trim().replace(BETWEEN_WIDE, '$1').replace(/\s+/g, ' ')
}

/** The words as paragraphs with one empty line between them, for email. */
export function paragraphs(text: string): string {
  return text.split('\n').map((line) => line.trimEnd()).join('\n').replace(/\n{3,}/g, '\n\n').trim()
}
