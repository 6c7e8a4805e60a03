import { frameKey, type Registration, sourceKey, type Template, type TemplateManifest } from '../model/template.ts'
import type { Channel, Tone } from '../model/vocabulary.ts'
import { approvedRegistration } from './registered.ts'
import { chooseWords, type RenderRequest } from './render.ts'

/**
 * The template text behind one version of words: with the facts of an attempt it renders that attempt's
 * message again, even if the files have changed since.
 */
export interface KeptWords {
  source: string
  frame: string | null
  signed: TemplateManifest['signed']
  /** The approved registration of a registered message; `source` is empty then. */
  registration: Registration | null
}

/** Which template text renders this request? Null: none. */
export function wordsToKeep(template: Template, request: RenderRequest): KeptWords | null {
  const { channel, tone, locales } = request
  const { signed } = template.manifest
  if (request.registeredWith != null) {
    const registration = approvedRegistration(template, {
      provider: request.registeredWith,
      locale: locales[0] ?? '',
      tone,
    })
    return registration === null ? null : { source: '', frame: null, signed, registration }
  }
  const words = chooseWords(template, { channel, tone, locales })
  return words === null
    ? null
    : { source: words.source.text, frame: words.frame?.text ?? null, signed, registration: null }
}

/**
 * The kept text as a template for `render`.
 *
 * It requires no facts: they were checked when the message was sent, and the hash shows whether the
 * rendered message is the same.
 */
export function templateOfKept(
  kept: KeptWords,
  of: { template: string; locale: string; tone: Tone; channel: Channel },
): Template {
  const { template: id, locale, tone, channel } = of
  const [source, frame] = [sourceKey(locale, tone, channel), frameKey(locale, channel)]
  return {
    id,
    manifest: {
      id,
      title: id,
      locales: [locale],
      channels: [channel],
      tones: [tone],
      requires: {},
      mustCarry: { optOut: [], collectorDisclosure: false },
      carries: {},
      signed: kept.signed,
      registrations: kept.registration === null ? [] : [kept.registration],
    },
    sources: { [source]: { path: `${id}/${source}`, text: kept.source } },
    frames: kept.frame === null ? {} : { [frame]: { path: `${id}/${frame}`, text: kept.frame } },
  }
}
