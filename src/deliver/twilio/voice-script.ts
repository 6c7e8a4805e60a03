import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import { MAX_SPOKEN_ENCODED, MENU_KEYS, OPENING_KEYS, type VoiceMessage, type VoiceReply } from '../../model/message.ts'
import { isMachine } from './receipts.ts'

/**
 * The step of a call. It is a parameter of the callback URL, so that no state is stored:
 *
 *   opening → confirm-1 → confirm-2 → (goodbye)
 *               ↓ 1 key      ↓
 *             menu-1 → menu-2 → menu-3 → (goodbye)
 *
 * `confirm-n` handles the key after the n-th opening, `menu-n` the key after the n-th reading of the body. Both are bounded,
 * so that every call ends.
 */
export const VOICE_STEPS = ['opening', 'confirm-1', 'confirm-2', 'menu-1', 'menu-2', 'menu-3'] as const
export type VoiceStep = (typeof VOICE_STEPS)[number]

/** The meaning of a pressed key: the recipient or not, then one of the menu. */
export type VoiceMeaning = 'confirmed' | Exclude<VoiceReply, 'goodbye'>

/** Twilio's request during a call. */
interface VoiceAsk {
  step: VoiceStep
  /** Keys pressed; null or empty when none was. */
  digits: string | null
  /** Result of answering machine detection; null when there is none. */
  answeredBy: string | null
  /** URL for the next key; the step is added as `?step=`. */
  actionUrl: string
}

interface VoiceTurn {
  /** The document to answer with, as text/xml. */
  twiml: string
  meaning: VoiceMeaning | null
}

/** Which step does this query parameter name? An unknown one starts from the opening, which reveals nothing. */
export const readVoiceStep = (text: string | null | undefined): VoiceStep =>
  VOICE_STEPS.find((step) => step === text) ?? 'opening'

/**
 * What is said next on a call, and what did the key just pressed mean?
 *
 * The body is spoken only after the listener has confirmed by key to be the recipient. A machine, and a listener of whom
 * detection is not sure, hear only the voicemail text, which reveals nothing.
 */
export function voiceTurn(message: VoiceMessage, ask: VoiceAsk): VoiceTurn {
  const call = new Script(message, ask.actionUrl)
  if (ask.step === 'opening') {
    const unsure = isMachine(ask.answeredBy) || ask.answeredBy === 'unknown'
    return unsure ? call.say(message.voicemail).end(null) : call.ask(message.opening, 'confirm-1').end(null)
  }

  const key = (ask.digits ?? '').slice(0, 1)
  if (ask.step === 'confirm-1' || ask.step === 'confirm-2') {
    const who = OPENING_KEYS[key] ?? null
    if (who === 'confirmed') return call.ask(message.body, 'menu-1').end(who)
    if (who === 'wrong-number') return call.reply('wrong-number').end(who)
    return ask.step === 'confirm-1' ? call.ask(message.opening, 'confirm-2').end(null) : call.reply('goodbye').end(null)
  }

  const meaning = menuMeaning(key)
  if (meaning === 'repeat') {
    const next = ask.step === 'menu-1' ? 'menu-2' : ask.step === 'menu-2' ? 'menu-3' : null
    return next === null ? call.reply('goodbye').end(meaning) : call.ask(message.body, next).end(meaning)
  }
  return call.reply(meaning ?? 'goodbye').end(meaning)
}

/** Spoken when a call has begun and its text cannot be rendered; mentions no debt. */
const APOLOGIES: readonly (readonly [language: RegExp, text: string])[] = [
  [
    /^zh\b.*\b(?:Hant|TW|HK|MO)\b/i,
    '您好。由於我們的技術故障,這通電話無法繼續,打擾您了,非常抱歉。您不需要做任何事。再見。',
  ],
  [/^zh\b/i, '您好。由于我们的技术故障,这通电话无法继续,打扰您了,非常抱歉。您不需要做任何事。再见。'],
  [
    /./,
    'Hello. We are sorry for the disturbance: because of a technical fault on our side this call cannot go on. There is nothing you need to do. Goodbye.',
  ],
]

/**
 * The document for a call whose text cannot be rendered again.
 *
 * At its beginning the voicemail text, which is safe for any listener; later, or without a message, an apology. Never
 * silence, and no key is asked for.
 */
export function fallbackScript(message: VoiceMessage | null, locale: string, step: VoiceStep): string {
  const [, apology] = APOLOGIES.find(([language]) => language.test(locale)) as readonly [RegExp, string]
  const text = step === 'opening' && message !== null ? message.voicemail : apology
  const reader = step === 'opening' && message !== null ? message.locale : /^zh\b/i.test(locale) ? locale : 'en-US'
  const response = new VoiceResponse()
  const { voice, language } = voiceFor(reader) ?? (voiceFor('en-US') as Voice)
  for (const chunk of speechChunks(text)) response.say({ voice, language } as VoiceResponse.SayAttributes, chunk)
  response.hangup()
  return response.toString()
}

function menuMeaning(key: string): Exclude<VoiceReply, 'goodbye'> | null {
  const meaning = MENU_KEYS[key]
  return meaning === undefined || meaning === 'goodbye' ? null : meaning
}

/**
 * The whole document of a call without a public URL for callbacks.
 *
 * Without callbacks no key can be read and no machine detected, so it is the voicemail text alone, which is safe for any
 * listener.
 *
 * @returns  a document of at most 4000 characters, or null when the text is too long for that (32018)
 */
export function inlineScript(message: VoiceMessage): string | null {
  const { twiml } = new Script(message, '').say(message.voicemail).end(null)
  return twiml.length > 4_000 ? null : twiml
}

class Script {
  private readonly response = new VoiceResponse()
  private readonly message: VoiceMessage
  private readonly actionUrl: string
  private readonly voice: Voice

  constructor(message: VoiceMessage, actionUrl: string) {
    const voice = voiceFor(message.locale)
    if (voice === null) throw new RangeError(`no voice for locale ${message.locale}`)
    this.message = message
    this.actionUrl = actionUrl
    this.voice = voice
  }

  say(text: string): this {
    for (const chunk of speechChunks(text)) this.response.say(this.attributes(), chunk)
    return this
  }

  /** The template's reply to a key. */
  reply(name: VoiceReply): this {
    return this.say(this.message.replies[name])
  }

  /** Says a text during which a key may be pressed already. */
  ask(text: string, next: VoiceStep): this {
    const gather = this.response.gather({
      input: ['dtmf'],
      numDigits: 1,
      timeout: 8,
      method: 'POST',
      actionOnEmptyResult: true,
      action: `${this.actionUrl}?step=${next}`,
    })
    for (const chunk of speechChunks(text)) gather.say(this.attributes(), chunk)
    return this
  }

  end(meaning: VoiceMeaning | null): VoiceTurn {
    this.response.hangup()
    return { twiml: this.response.toString(), meaning }
  }

  private attributes() {
    return { voice: this.voice.voice, language: this.voice.language } as VoiceResponse.SayAttributes
  }
}

/**
 * The text in chunks that fit one Say element each.
 *
 * Control characters and lone surrogates, on which the document builder throws, become
 * spaces. Cuts fall after a sentence where there is one, otherwise anywhere between
 * two characters.
 *
 * @returns  chunks in order; none for a text of spaces only
 */
export function speechChunks(text: string): string[] {
  const clean = text.replace(/[\p{Cc}\p{Surrogate}\ufffe\uffff]+/gu, ' ').trim()
  const chunks: string[] = []
  let chunk = ''
  for (const sentence of clean.split(/(?<=[。!?;.!?;])/u)) {
    for (const part of fits(sentence) ? [sentence] : cut(sentence)) {
      if (chunk !== '' && !fits(chunk + part)) {
        chunks.push(chunk)
        chunk = ''
      }
      chunk += part
    }
  }
  return [...chunks, chunk].map((one) => one.trim()).filter((one) => one !== '')
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

/** A voice and the language value that goes with it; Twilio fails a Say whose two do not match. */
interface Voice {
  voice: string
  language: string
}

const google = (language: string, kind = 'Wavenet-A'): Voice => ({ voice: `Google.${language}-${kind}`, language })

/**
 * Which voice reads which locale.
 *
 * All are in the SDK's list (twilio 6.2.0, twiml/VoiceResponse, SayVoice). Google's voices name their language, so the pair
 * always matches; Polly.Zhiyu may want zh-CN or cmn-CN. The first of a language serves its other regions.
 */
const VOICES: ReadonlyMap<string, Voice> = new Map(
  Object.entries({
    'zh-CN': google('cmn-CN'),
    'zh-TW': google('cmn-TW'),
    'zh-HK': google('yue-HK', 'Standard-A'),
    'en-US': google('en-US'),
    'en-GB': google('en-GB'),
    'en-IN': google('en-IN'),
    'en-AU': google('en-AU'),
    'es-US': google('es-US'),
    'es-ES': google('es-ES', 'Standard-A'),
    'hi-IN': google('hi-IN'),
    'bn-IN': google('bn-IN'),
    'ta-IN': google('ta-IN'),
    'te-IN': google('te-IN', 'Standard-A'),
    'mr-IN': google('mr-IN'),
    'ja-JP': google('ja-JP'),
    'ko-KR': google('ko-KR'),
    'fr-FR': google('fr-FR'),
    'fr-CA': google('fr-CA'),
    'de-DE': google('de-DE'),
    'it-IT': google('it-IT'),
    'nl-NL': google('nl-NL'),
    'pl-PL': google('pl-PL'),
    'pt-BR': google('pt-BR'),
    'pt-PT': google('pt-PT'),
    'vi-VN': google('vi-VN'),
    'th-TH': google('th-TH', 'Standard-A'),
    'id-ID': google('id-ID'),
    'ms-MY': google('ms-MY'),
    'fil-PH': google('fil-PH'),
  }),
)

/** Which voice reads this locale? Null when none does: words in a voice of another language cannot be understood. */
export function voiceFor(locale: string): Voice | null {
  const exact = VOICES.get(locale)
  if (exact !== undefined) return exact
  const language = locale.split('-')[0]
  const [, first] = [...VOICES].find(([known]) => known.split('-')[0] === language) ?? []
  return first ?? null
}

export const allVoices = (): readonly Voice[] => [...VOICES.values()]
