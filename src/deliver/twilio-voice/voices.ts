/** A voice and the language value that goes with it; Twilio fails a Say whose two do not match. */
export interface Voice {
  voice: string
  language: string
}

const google = (language: string, kind = 'Wavenet-A'): Voice => ({ voice: `Google.${language}-${kind}`, language })

/**
 * Which voice reads which locale.
 *
 * All are of the SDK's own list (twilio 6.2.0, twiml/VoiceResponse, SayVoice). Google's
 * carry their language in their name, which leaves no doubt about the pair; Polly.Zhiyu,
 * for one, may want zh-CN or cmn-CN. The first of a language serves its other regions.
 */
const VOICES: ReadonlyMap<string, Voice> = new Map(Object.entries({
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
}))

/** Which voice reads this locale? Null when none does: words in a voice of another language cannot be understood. */
export function voiceFor(locale: string): Voice | null {
  const exact = VOICES.get(locale)
  if (exact !== undefined) return exact
  const language = locale.split('-')[0]
  const [, first] = [...VOICES].find(([known]) => known.split('-')[0] === language) ?? []
  return first ?? null
}

export const everyVoice = (): readonly Voice[] => [...VOICES.values()]
