import { NEVER_SAY_EN } from './never-say-en.ts'
import { NEVER_SAY_ZH } from './never-say-zh.ts'
import { linksIn } from './links.ts'

/** What is wrong with a stretch of words, whatever template it stands in. */
export interface WordFinding {
  rule: string
  /** The offending words and why. */
  text: string
}

/** What the words are for; the stricter places forbid more. */
export interface WordPlace {
  locale: string
  channel: 'phone' | 'sms' | 'email'
}

const ALLOWED_CAPITALS = new Set(['STOP', 'HELP', 'START'])
const CAPITALS = /\b[A-Z]{4,}\b|\b[A-Z]{2,}(?:\s+[A-Z]{2,})+\b/g
const HAN_FIGURE = /[一二两三四五六七八九十百千万]+(?:天|日内|小时|分钟|个?月内|元|折|%|％)/u
const WORD_FIGURE = /\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|sixty|ninety|hundred|thousand)[- ](?:business )?(?:days?|hours?|weeks?|months?|percent|dollars?|payments?|instal?lments?)\b/i
/** A phone key after its verb: the only figure an author may write. */
const PHONE_KEY = /(?:按|press )[0-9*#]/gi

/**
 * Which of these words break the house standard, at any tone?
 *
 * @param text  words as an author wrote them, without facts
 */
export function wordFindings(text: string, place: WordPlace): WordFinding[] {
  const findings: WordFinding[] = [...neverSaid(text)]
  const add = (rule: string, found: string | null | undefined, why: string): void => {
    if (found !== null && found !== undefined) findings.push({ rule, text: `"${found}": ${why}` })
  }
  add('exclamation', /[!！]/.exec(text)?.[0], 'no exclamation marks')
  add('capitals', (text.match(CAPITALS) ?? []).find((word) => !ALLOWED_CAPITALS.has(word)), 'no shouting')
  add('signature', /[【】]/.exec(text)?.[0], 'the signature comes from the creditor, not from the author')
  add('link', linksIn(text)[0], 'links come from the creditor\'s facts')
  const withoutKeys = place.channel === 'phone' ? text.replace(PHONE_KEY, '') : text
  add('figure', /[0-9０-９]+/.exec(withoutKeys)?.[0] ?? HAN_FIGURE.exec(text)?.[0] ?? WORD_FIGURE.exec(text)?.[0], 'figures come from the facts')
  if (place.channel === 'sms' && isChinese(place.locale)) add('currency-sign', /[¥￥]/.exec(text)?.[0], 'carriers refuse it; amounts are written 1,250.00元')
  return findings
}

/** Which phrases that are never said stand in this text? Both languages are looked for in every text. */
export function neverSaid(text: string): WordFinding[] {
  return [...NEVER_SAY_ZH, ...NEVER_SAY_EN].flatMap(({ pattern, reason }) => {
    const found = pattern.exec(text)
    return found === null ? [] : [{ rule: 'never-say', text: `"${found[0]}": ${reason}` }]
  })
}

export const isChinese = (locale: string): boolean => /^zh\b/i.test(locale)
