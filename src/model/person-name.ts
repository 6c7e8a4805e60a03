import { decode } from 'html-entities'
import { plainText } from './plain-text.ts'
import { clickableLinks } from './web-links.ts'

/** What databases, spreadsheets and programs write where they have no name. Somebody may be called Na, or Null with a name before it. */
const NO_NAME: ReadonlySet<string> = new Set([
  'null', '(null)', '<null>', '[null]', '\\n', 'nil', 'none', 'nan', 'undefined', '[undefined]', 'unknown', '(unknown)', 'n/a', 'n.a.', '(blank)', '(empty)', '(none)',
  'noname', '(n/a)', '无', '无名', '未知', '不详', '暂无', '無', '不詳', '不明', '未定', '없음', '미상',
])

const NO_PHRASE = /^(?:\[object object\]|not (?:available|applicable|known|provided|set)|no name|name unknown|unknown name)$/i
/** Errors of spreadsheets: `#REF!`, `#N/A`, `#NAME?`, `#DIV/0!`; `#¡REF!`, `#BEZUG!`, `#NOM?` in other languages. */
const SPREADSHEET_ERROR = /^#[¡¿]?[\p{Lu}/_0]+(?:[!?]|(?<=N\/A|NV|NULL))$/u

/**
 * What is this person called? Null: what stands there is no name.
 *
 * Nothing but marks and spaces, `NULL`, `N/A`, `#REF!`, `undefined`: such a message greets nobody by name.
 * `Na` is a name.
 */
export function personName(text: string): string | null {
  const name = plainText(text).replace(/\s+/gu, ' ').trim()
  const words = name.toLowerCase().split(' ')
  const says = /[\p{L}\p{N}]/u.test(name) && !NO_PHRASE.test(name) && !words.every((word) => NO_NAME.has(word) || SPREADSHEET_ERROR.test(word.toUpperCase()))
  return says ? name : null
}

export type StatedName = { ok: true; name: string } | { ok: false; problem: string; cure: string }

/**
 * Which name does upstream state here? HTML entities are what they stand for (`O&#39;Brien`), once.
 *
 * @returns  the name; or why there is none to write to, in words that do not repeat it
 */
export function statedName(text: string): StatedName {
  const name = personName(text.includes('&') ? decode(text).replace(/[\p{Cc}\p{Surrogate}\ufffd]/gu, ' ') : text)
  if (name === null) return { ok: false, problem: 'is no name (a placeholder, or marks alone), and counts as absent', cure: 'Leave it out where no name is known.' }
  if (clickableLinks(name).length > 0) return { ok: false, problem: 'holds a link, and counts as absent: no message carries it', cure: 'State the name alone.' }
  return { ok: true, name }
}
