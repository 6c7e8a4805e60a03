import {
  CLOSING_STOPS,
  HELP_WORDS,
  HINT_FRAGMENTS,
  HINT_PHRASES,
  LEADING_STOPS,
  NOT_CLOSING,
  NOT_STOPS,
  ONLY_SOMETIMES,
  POLITE_WORDS,
  REPLY_HINTS,
  START_WORDS,
  STOP_FRAGMENTS,
  STOP_PHRASES,
  STOP_WORDS,
  type ReplyHint,
} from './stop-phrases.ts'

/**
 * What a reply asks for.
 *
 * `stop`: no more messages to this number; `stop-all`: no more contact at all; `empty`: no text (a picture); `other`: an agent
 * has to read it.
 */
export type ReplyMeaning = 'stop' | 'stop-all' | 'start' | 'help' | 'empty' | 'other'

export interface ReplyReading {
  meaning: ReplyMeaning
  /** True: a known keyword and nothing else, so that the text itself need not be stored. */
  keyword: boolean
  hints: ReplyHint[]
}

/** Characters read of a reply; an SMS has at most 1,600. */
const MOST_READ = 2_000

/** Where a mail program or phone appends a signature or quotes our message. */
const SIGNATURE =
  /^\s*(>|--\s*$|_{5,}|-{3,}|sent (from|via) |get outlook|gesendet (von|mit)|von meinem .+ gesendet|envoyé (de|depuis)|enviado (desde|do|de|a partir)|inviato da|verzonden (vanaf|met)|wysłane z|отправлено с|发自|發自|來自|on .{4,120} wrote:|am .{4,120} schrieb|le .{4,120} a écrit|el .{4,120} escribió|.{2,80}写道[:：]|.{2,80}寫道[:：])/iu

/**
 * The text without accents, invisible characters, punctuation and case, for comparison.
 *
 * Apostrophes join (don’t), all other punctuation separates words; a letter held down (stoppp) counts once.
 */
const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll('Ł', 'L')
    .replaceAll('Đ', 'D')
    .replaceAll(/['’‘`´ʼ]/gu, '')
    .replaceAll(/(\p{L})\1{2,}/gu, '$1')
    .replaceAll(/[\p{P}\p{S}\p{C}\s]+/gu, ' ')
    .trim()

const bare = (folded: string): string => folded.replaceAll(' ', '')
const setOf = (words: readonly string[]): ReadonlySet<string> => new Set(words.map((word) => bare(foldText(word))))

const STOPS = setOf(STOP_WORDS)
const LEADING = setOf(LEADING_STOPS)
const CLOSING = setOf(CLOSING_STOPS)
const POLITE = setOf(POLITE_WORDS)
const STARTS = setOf(START_WORDS)
const HELPS = setOf(HELP_WORDS)
/** Carriers' one-letter keywords after "reply" or before "unsubscribe". */
const CHINESE_KEYWORD = /^(?:(?:回复?|回覆|回復)(?:TD|T|R|N)(?:退订|退訂)?|(?:TD|T|R|N)(?:退订|退訂))$/u

/** A phrase of the tables as a regular expression over folded words. */
function expression(phrase: string): string {
  return phrase
    .trim()
    .split(/\s+/)
    .map((part) => {
      if (part === '~') return String.raw`(?:\S+ ){0,2}`
      const optional = part.endsWith('?')
      const words = (optional ? part.slice(0, -1) : part)
        .split('/')
        .map((word) => (word.endsWith('*') ? String.raw`${foldText(word.slice(0, -1))}\S*` : foldText(word)))
      return `(?:(?:${words.join('|')}) )${optional ? '?' : ''}`
    })
    .join('')
}

const phrases = (rows: readonly string[]): RegExp => new RegExp(` (?:${rows.map(expression).join('|')})`, 'u')
const everywhere = (rows: readonly string[]): RegExp => new RegExp(` (?:${rows.map(expression).join('|')})`, 'gu')
const fragments = (rows: readonly string[]): RegExp => new RegExp(rows.map((row) => bare(foldText(row))).join('|'), 'u')
const here = (table: typeof STOP_PHRASES): string[] => Object.values(table).flatMap((entry) => entry.here)
const everything = (table: typeof STOP_PHRASES): string[] =>
  Object.values(table).flatMap((entry) => entry.everything ?? [])

const HERE = { spaced: phrases(here(STOP_PHRASES)), unspaced: fragments(here(STOP_FRAGMENTS)) }
const EVERYTHING = { spaced: phrases(everything(STOP_PHRASES)), unspaced: fragments(everything(STOP_FRAGMENTS)) }
const ELSE = everywhere(NOT_STOPS)
const SOMETIMES = phrases(ONLY_SOMETIMES)
const ASKS_WHEN = phrases(NOT_CLOSING)
const HINTS = REPLY_HINTS.map((hint) => ({
  hint,
  spaced: phrases(HINT_PHRASES[hint]),
  unspaced: fragments(HINT_FRAGMENTS[hint]),
}))

/**
 * Does this reply ask to stop? Case, spaces, signs and hidden characters do not matter.
 *
 * @param more  further keywords that do, from policy packs
 */
export const asksToStop = (reply: string, more: readonly string[] = []): boolean =>
  readReply(reply, more).meaning.startsWith('stop')

/**
 * What does this reply ask for, in any language of the tables?
 *
 * Prefers stopping: a reply that begins or ends with a stop word or clearly asks to stop is one, regardless of the rest. What is
 * not understood is `other`, and waits for an agent.
 *
 * @param more  further stop words, from policy packs
 */
export function readReply(reply: string, more: readonly string[] = []): ReplyReading {
  const said = foldText(ownWords(reply.slice(0, MOST_READ)))
  const whole = bare(said)
  const hints = HINTS.filter(({ spaced, unspaced }) => spaced.test(` ${said} `) || unspaced.test(whole)).map(
    ({ hint }) => hint,
  )
  const as = (meaning: ReplyMeaning, keyword = false): ReplyReading => ({ meaning, keyword, hints })
  if (whole === '') return as(/\p{S}/u.test(reply) ? 'other' : 'empty')
  if (STOPS.has(whole) || CHINESE_KEYWORD.test(whole) || more.some((word) => bare(foldText(word)) === whole))
    return as('stop', true)
  if (STARTS.has(whole)) return as('start', true)
  if (HELPS.has(whole)) return as('help', true)
  // "I will stop by" and "cannot stop thinking" ask for nothing.
  const meant = ` ${said} `.replaceAll(ELSE, ' … ')
  const words = meant.trim().split(' ')
  const first = words.find((word) => !POLITE.has(word)) ?? ''
  const last = words.findLast((word) => !POLITE.has(word)) ?? ''
  if (EVERYTHING.unspaced.test(whole)) return as('stop-all')
  const plainly = !SOMETIMES.test(meant)
  if (plainly && EVERYTHING.spaced.test(meant)) return as('stop-all')
  if (
    LEADING.has(first) ||
    (plainly && CLOSING.has(last) && !ASKS_WHEN.test(meant)) ||
    (words.every((word) => STOPS.has(word) || POLITE.has(word)) && words.some((word) => STOPS.has(word)))
  )
    return as('stop')
  if (HERE.unspaced.test(whole) || (plainly && HERE.spaced.test(meant))) return as('stop')
  return as('other')
}

/** The reply without signature and quoted message; all of it if no text precedes them. */
function ownWords(reply: string): string {
  const lines = reply.split(/\r\n|[\r\n\u2028\u2029]/)
  const end = lines.findIndex(
    (line, i) => i > 0 && SIGNATURE.test(line) && lines.slice(0, i).some((before) => before.trim() !== ''),
  )
  return end < 0 ? reply : lines.slice(0, end).join('\n')
}
