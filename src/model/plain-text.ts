import { decode } from 'html-entities'
import { parse } from 'tldts'

/** Unicode's default-ignorable characters (soft hyphens, zero-width and bidi controls, fillers, variation selectors, tags) and interlinear marks. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u
const EVERY_INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** Most texts, which need no change. */
const ASCII = /^[\0-\x7f]*$/

/** Scripts whose letters U+200C and U+200D join or separate, which changes the meaning of words. */
const JOINED_SCRIPTS =
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Nko}\\p{Script=Thaana}\\p{Script=Devanagari}\\p{Script=Bengali}' +
  '\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}' +
  '\\p{Script=Tibetan}\\p{Script=Myanmar}\\p{Script=Khmer}]'
const AFTER_JOINED = new RegExp(`${JOINED_SCRIPTS}$`, 'u')
const BEFORE_JOINED = new RegExp(`^${JOINED_SCRIPTS}`, 'u')
/** An emoji with an optional skin tone or selector. */
const AFTER_EMOJI = /\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?$/u
const BEFORE_EMOJI = /^\p{Extended_Pictographic}/u
const AFTER_MONGOLIAN = /\p{Script=Mongolian}$/u

/**
 * The text as it is stored, compared and sent: composed (NFC), without invisible characters.
 *
 * A decomposed accent or one soft hyphen turns an SMS of one segment into three, and spellings that look alike must
 * compare equal. Joiners stay where a script needs them.
 */
export function plainText(text: string): string {
  if (ASCII.test(text)) return text
  const composed = text.normalize('NFC')
  if (!INVISIBLE.test(composed)) return composed
  // Composed again: an invisible character may have separated a letter from its accent.
  return composed
    .replace(EVERY_INVISIBLE, (character, at: number) =>
      isNeeded(
        character,
        composed.slice(Math.max(0, at - 4), at),
        composed.slice(at + character.length, at + character.length + 2),
      )
        ? character
        : '',
    )
    .normalize('NFC')
}

function isNeeded(character: string, before: string, after: string): boolean {
  if (character === '\u200c' || character === '\u200d') {
    return (
      (AFTER_JOINED.test(before) && (character === '\u200d' || BEFORE_JOINED.test(after))) ||
      (character === '\u200d' && AFTER_EMOJI.test(before) && BEFORE_EMOJI.test(after))
    )
  }
  return /[\u180b-\u180d\u180f]/.test(character) && AFTER_MONGOLIAN.test(before)
}

const END = '[^\\s<>"\'、。，,;()【】]*'
/** With a scheme: `https://…`, `javascript://…`. */
const WITH_SCHEME = new RegExp(`[a-z][a-z0-9+.-]*://${END}`, 'gi')
/** `evil.com`, `www.evil.com/pay`; not the host of a mailbox, and nothing before an @. */
const ASCII_HOST = new RegExp(
  `(?<![@\\w.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9](?::\\d{1,5})?(?:[/?#]${END})?(?![\\w.-]*@)`,
  'gi',
)
/** The same in letters of any script: `пример.рф`, `例子.中国`. */
const ANY_HOST = new RegExp(
  `(?<![@\\p{L}\\p{N}.-])(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?\\.)+[\\p{L}][\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}](?::\\d{1,5})?(?:[/?#]${END})?(?![\\p{L}\\p{N}.-]*@)`,
  'giu',
)
/** `192.0.2.7/pay`, `192.0.2.7:8080`; four numbers alone are rarely an address. */
const IP_HOST = new RegExp(`(?<![\\w.-])(?:\\d{1,3}\\.){3}\\d{1,3}(?::\\d{1,5}|/)${END}`, 'g')
/** Full stops of other scripts, which browsers and phones read as dots in a host. */
const WIDE_STOPS = /(?<=[\p{L}\p{N}])[\u3002\uff0e\uff61](?=[\p{L}\p{N}])/gu

/** Titles and initials before a surname, typed without a space: `Dr.No`, `J.Me`. */
const TITLE =
  /^(?:\p{Lu}|Mr|Mrs|Ms|Mx|Dr|St|Ste|Jr|Sr|Prof|Mme|Mlle|Me|Fr|Rev|Hon|Hr|Sra|Srta|Dra|Ing|Dipl|Mag|Dott|Don|Sig|Lic|Capt|Col|Gen|Lt|Sgt)\.\p{Lu}\p{L}*$/u

/** Legal forms of companies: `Shili Co.Ltd`. */
const COMPANY = /^(?:Co|Corp|Inc|Ltd|Pty|Pvt|Pte|Cia|Sdn)\.(?:Ltd|Inc|Co|Llc|Limited|Kg|Gmbh|Bhd)$/i

/**
 * Which parts of this text would a phone or a mail program make clickable?
 *
 * Links with a scheme, hosts under an existing top-level domain, and text that begins with `www.`; not a name with a dot
 * (`St. John`, `J.R. Smith`, `Dr.Müller`, `Inc.`).
 */
export function clickableLinks(text: string): string[] {
  if (!/[.:\u2024\u3002\ufe52\uff0e\uff1a\uff61]/.test(text)) return []
  const full = (text.match(WITH_SCHEME) ?? []).map(trimmed)
  const rest = text.replace(WITH_SCHEME, ' ').normalize('NFKC').replace(WIDE_STOPS, '.')
  const hosts = [...(rest.match(ASCII_HOST) ?? []), ...(rest.match(ANY_HOST) ?? [])].map(trimmed).filter(isWeb)
  return [...new Set([...full, ...hosts, ...(rest.match(IP_HOST) ?? []).map(trimmed)])]
}

function isWeb(link: string): boolean {
  if (TITLE.test(link) || COMPANY.test(link)) return false
  const host = link.replace(/[:/?#].*$/s, '')
  return /^www\d?\.[^.]/i.test(host) || parse(host, { allowPrivateDomains: false }).isIcann === true
}

const trimmed = (link: string): string => link.replace(/[.,;:!?)]+$/, '')

/** Placeholders that databases, spreadsheets, programs and clerks write for a missing name. Na, and Null as a surname, are names. */
const NO_NAME: ReadonlySet<string> = new Set(
  [
    'null (null) \\n nil none (none) nan nat undefined false unknown (unknown) n/a n.a. (n/a) n/d n.d. n.n. s/n k.a. (blank)',
    '(empty) noname tbd tba tbc anonymous firstname lastname fullname surname vorname nachname prénom apellido фамилия',
    'unbekannt inconnu inconnue desconocido desconocida desconhecido sconosciuto onbekend nieznany неизвестно неизвестен',
    '无 无名 未知 不详 暂无 未填 未填写 空白 匿名 姓名 無 無名 不詳 不明 未定 未填寫 氏名 名無し 없음 미상 이름없음 bilinmiyor',
  ].flatMap((line) => line.split(' ')),
)

const NO_PHRASE =
  /^(?:(?:not|none) (?:available|applicable|known|provided|given|set|stated)|no (?:name|data)(?: given)?|name unknown|unknown name|(?:first|last|full|given|family|customer|borrower) name|keine angabe|k\. a\.|ohne namen?|sin nombre|sans nom|sem nome|senza nome|нет данных|без имени|err:\d+|loading\.*|x{3,})$/i
/** A field of a form letter that nobody filled in, and nothing else: `{{first_name}}`, `${name}`, `%FNAME%`, `*|FNAME|*`, `[Name]`, `<NA>`. */
const UNFILLED = /^(?:\$?\{.*\}|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|\*\|.*\|\*|<[^<>]*>|«.*»|\[.*\])$/u
const MAILBOX = /\S@\S+\.\S/u
/** Errors of spreadsheets: `#REF!`, `#N/A`, `#NAME?`, `#DIV/0!`; `#¡REF!`, `#BEZUG!`, `#NOM?`, `#N/D` in other languages. */
const SPREADSHEET_ERROR = /^#[¡¿]?[\p{Lu}/_0]+(?:[!?]|(?<=N\/A|N\/D|Н\/Д|NV|NULL|GETTING_DATA))$/u

/**
 * Which name does this text hold? Null: none.
 *
 * Text without a letter, `NULL`, `N/A`, `#REF!`, `undefined`, a field that nobody filled in and a mailbox are not names, and
 * the message then greets without one. `Na` is a name.
 */
export function personName(text: string): string | null {
  const name = plainText(text).replace(/\s+/gu, ' ').trim()
  const words = name.toLowerCase().split(' ')
  const isName =
    /\p{L}/u.test(name) &&
    !NO_PHRASE.test(name) &&
    !UNFILLED.test(name) &&
    !MAILBOX.test(name) &&
    !words.every((word) => NO_NAME.has(word) || SPREADSHEET_ERROR.test(word.toUpperCase()))
  return isName ? name : null
}

type StatedName = { ok: true; name: string } | { ok: false; problem: string; cure: string }

/**
 * Which name does upstream state here? HTML entities (`O&#39;Brien`) are decoded once.
 *
 * @returns  the name, or why it cannot be used, in words that do not repeat it
 */
export function statedName(text: string): StatedName {
  const name = personName(text.includes('&') ? decode(text).replace(/[\p{Cc}\p{Surrogate}\ufffd]/gu, ' ') : text)
  if (name === null)
    return {
      ok: false,
      problem: 'is no name (a placeholder, or marks alone), and counts as absent',
      cure: 'Leave it out where no name is known.',
    }
  if (clickableLinks(name).length > 0)
    return {
      ok: false,
      problem: 'holds a link, and counts as absent: no message carries it',
      cure: 'State the name alone.',
    }
  return { ok: true, name }
}
