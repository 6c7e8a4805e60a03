import { z } from 'zod'
import { plainText } from '../model/plain-text.ts'
import { statedName } from '../model/person-name.ts'

// NUL breaks PostgreSQL text, lone surrogates break UTF-8, other controls break mail headers, CSV and speech.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/
const CONTROLS_BUT_LINES = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/
const LONE_SURROGATE = /\p{Surrogate}/u
const PRINTABLE_ID = /^(?! )(?:[^\p{C}\p{Z}]| ){1,128}(?<! )$/u

const wellFormed = { error: 'holds half of a surrogate pair, which is not a character' }
const noControls = { error: 'holds a control character' }

/** One line of text, 1 to `max` UTF-16 units, without control characters and half characters; composed, and without what nobody sees. */
export const line = (max: number) =>
  z.string().max(max, `is longer than ${max} characters`).overwrite(plainText).min(1, 'is empty')
    .refine((text) => !LONE_SURROGATE.test(text), wellFormed)
    .refine((text) => !CONTROLS.test(text), noControls)

/** A person's name as it came; what it says is read by `statedName`. */
export const nameText = z.string().min(1, 'is empty').max(200, 'is longer than 200 characters')
  .refine((text) => !LONE_SURROGATE.test(text), wellFormed)
  .refine((text) => !CONTROLS.test(text), noControls)

/** Free text of several lines, for notes; kept in the vault. */
export const note = z.string().max(4000, 'is longer than 4000 characters').overwrite(plainText).min(1, 'is empty')
  .refine((text) => !LONE_SURROGATE.test(text), wellFormed)
  .refine((text) => !CONTROLS_BUT_LINES.test(text), noControls)
  .describe('Free text; stored encrypted.')

/** An upstream system's own id: 1 to 128 printable characters, no space at either end. */
export const upstreamId = z.string().regex(PRINTABLE_ID, 'is not an id of 1 to 128 printable characters')

/** A word that configuration defines: creditor, product, ladder, template, risk band. */
export const word = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u, 'is not a word of 1 to 64 letters, digits, dots, hyphens')

/** Names and short values that a template may speak. Values are text, so that nothing is reformatted. */
export const variables = z.record(z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'is not a variable name'), line(500))
  .refine((map) => Object.keys(map).length <= 50, 'has more than 50 variables')
  .overwrite(withNamesAsMeant)

/** Variables that are parts of the person's name; read as the name is. */
const NAME_PARTS = ['givenName', 'familyName', 'honorific'] as const

/** `O&#39;Brien` as it is meant. What is no name, or no name alone, stays as it is: the words leave it out, or are not sent. */
function withNamesAsMeant(map: Record<string, string>): Record<string, string> {
  if (!NAME_PARTS.some((part) => map[part]?.includes('&') === true)) return map
  const meant = { ...map }
  for (const part of NAME_PARTS) {
    const name = meant[part] === undefined ? null : statedName(meant[part])
    if (name?.ok === true) meant[part] = name.name
  }
  return meant
}
