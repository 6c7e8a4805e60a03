import type { Config } from '../config/config.ts'
import type { Channel } from '../model/channel.ts'
import { localeChain } from '../model/locale-chain.ts'
import type { Message } from '../model/message.ts'
import type { Template } from '../model/template.ts'
import type { Tone } from '../model/tone.ts'
import type { WordFacts } from '../model/word-facts.ts'
import { render } from '../render/render.ts'

/** What an attempt keeps of the message that it sent. */
export interface SentTrace {
  creditor: string
  channel: Channel
  tone: Tone
  /** In which the words came out. */
  locale: string
  recipientLocale: string | null
  /** SHA-256, hexadecimal. */
  hash: string
  /** The provider, when it took a template that it has approved. */
  registeredWith: string | null
}

/**
 * Which message was sent?
 *
 * Rendered again from the facts that were kept, and believed only when its hash is the one that was
 * kept: texts of the creditor may come from another locale of the recipient's chain than the
 * template's, so each chain that may have been used is tried. Null: the installed words are others.
 */
export function renderAgain(config: Pick<Config, 'locales' | 'creditors'>, template: Template, facts: WordFacts, sent: SentTrace): Message | null {
  const standard = config.creditors.get(sent.creditor)?.defaults.locale ?? null
  const chains = [
    localeChain([sent.recipientLocale, standard], config.locales),
    localeChain([sent.recipientLocale], config.locales),
    localeChain([sent.locale], config.locales),
    [sent.locale],
  ]
  for (const locales of chains) {
    const result = render(template, facts, { channel: sent.channel, tone: sent.tone, locales, registeredWith: sent.registeredWith })
    if (result.ok && result.hash === sent.hash) return result.message
  }
  return null
}
