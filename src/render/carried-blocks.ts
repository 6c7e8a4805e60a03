import type { CarriedBlocks, ContentBlock, Template, TemplateManifest, TemplateSource } from '../model/template.ts'
import type { Channel } from '../model/vocabulary.ts'
import { splitSections } from './compile-template.ts'
import { chooseWords, type RenderRequest } from './render.ts'

export const OPT_OUT_WORDS = /\bSTOP\b|退订|不再接收|opt out|unsubscribe/i
export const COLLECTOR_WORDS = /debt collector|催收/i
const REPLY_REQUEST = /\bcall\b|致电|回电|回复/i

/** Template expressions `{{…}}`, and blocks that are rendered only where a fact is known, on which no rule can rely. */
const EXPRESSION = /\{\{[^}]*\}\}/g
const ONLY_IF_KNOWN = /\{\{#known [^}]*\}\}(?:(?!\{\{(?:#known|else)\b)[\s\S])*?\{\{\/known\}\}/g

/** The names used in the expressions of a template text, and its static text. */
interface Words {
  names: ReadonlySet<string>
  text: string
}

/** Cached results by source file. */
const cache = new WeakMap<
  TemplateSource,
  { frame: TemplateSource | null; manifest: TemplateManifest; blocks: CarriedBlocks }
>()

/**
 * Which content blocks that law requires or forbids do these words carry? (S18)
 *
 * Read from the words themselves where facts and phrases show it, and from the
 * manifest's `carries` where only their author can state it. Text that is rendered
 * only if some fact is known does not count.
 *
 * @returns  null when the template has no words for the request
 */
export function carriedBlocks(
  template: Template,
  request: Pick<RenderRequest, 'channel' | 'tone' | 'locales'>,
): CarriedBlocks | null {
  const words = chooseWords(template, request)
  if (words === null) return null
  const known = cache.get(words.source)
  if (known !== undefined && known.frame === words.frame && known.manifest === template.manifest) return known.blocks
  const parts = new Map([...sectionsOf(words.frame), ...sectionsOf(words.source)])
  const body = `${sectionsOf(words.frame).get('body') ?? ''}\n${sectionsOf(words.source).get('body') ?? ''}`
  const { channel } = request
  const signed = channel === 'sms' && (template.manifest.signed === 'always' || /^zh\b/i.test(words.locale))
  const blocks: CarriedBlocks = {
    message: [
      ...messageBlocks(channel, read(`${parts.get('opening') ?? ''}\n${body}`), signed),
      ...(template.manifest.carries[channel] ?? []),
    ],
    voicemail: channel === 'phone' ? voicemailBlocks(read(parts.get('voicemail') ?? '')) : null,
  }
  cache.set(words.source, { frame: words.frame, manifest: template.manifest, blocks })
  return blocks
}

const sectionsOf = (source: TemplateSource | null): Map<string, string> =>
  new Map(source === null ? [] : splitSections(source.text).map(({ name, text }) => [name, text]))

function read(text: string): Words {
  const sure = text.replaceAll(ONLY_IF_KNOWN, '')
  return {
    names: new Set((sure.match(EXPRESSION) ?? []).flatMap((found) => found.match(/[A-Za-z]+/g) ?? [])),
    text: sure.replaceAll(EXPRESSION, ' '),
  }
}

const some = ({ names }: Words, ...wanted: string[]): boolean => wanted.some((name) => names.has(name))

function messageBlocks(channel: Channel, words: Words, signed: boolean): ContentBlock[] {
  const optOut: Record<Channel, boolean> = {
    sms: OPT_OUT_WORDS.test(words.text),
    email: some(words, 'optOutUrl'),
    phone: /press 9|按9/i.test(words.text),
  }
  return chosen([
    ['business-name', signed || some(words, 'sender', 'creditor', 'collector', 'voiceName')],
    ['registered-signature-2-to-16-characters', signed],
    ['balance', some(words, 'money')],
    ['reason', some(words, 'dueDate', 'daysPastDue')],
    ['contact', some(words, 'helpLine')],
    ['opt-out-instruction', optOut[channel]],
    ['debt-collector-disclosure', COLLECTOR_WORDS.test(words.text)],
  ])
}

function voicemailBlocks(words: Words): ContentBlock[] {
  return chosen([
    ['salutation', some(words, 'fullName', 'firstName', 'addressee')],
    ['person-name', some(words, 'contactPerson')],
    ['business-name', some(words, 'voiceName')],
    ['phone-number', some(words, 'helpLine')],
    ['request-to-reply', REPLY_REQUEST.test(words.text)],
    ['any-representative', /representative/i.test(words.text)],
    ['amount', some(words, 'money')],
    [
      'creditor-relationship',
      some(words, 'sender', 'creditor', 'collector', 'originalCreditor', 'account', 'accounts'),
    ],
  ])
}

const chosen = (blocks: readonly (readonly [ContentBlock, boolean])[]): ContentBlock[] =>
  blocks.filter(([, carried]) => carried).map(([block]) => block)
