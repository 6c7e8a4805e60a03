import { localeChain } from '../model/locale.ts'
import type { Message, VoiceMessage } from '../model/message.ts'
import type { Template } from '../model/template.ts'
import type { Channel, Tone } from '../model/vocabulary.ts'
import type { TemplateFacts } from '../model/template-facts.ts'
import { templateWords } from '../record/history.ts'
import { attemptWordFacts } from '../record/vault/vault.ts'
import { type KeptWords, templateOfKept } from '../render/kept-words.ts'
import { render } from '../render/render.ts'
import { PersonalData } from './personal-data.ts'
import type { Runtime } from './runtime.ts'

/** What an attempt stores about the message it sent. */
interface SentTrace {
  reminderId: string
  attemptNo: number
  creditor: string
  recipientId: string
  dataKey: Buffer | null
  dataKeyId: string | null
  channel: Channel
  tone: Tone
  template: string
  templateVersion: string
  /** The locale in which it was rendered. */
  locale: string
  /** The recipient's own, as it is now. */
  recipientLocale: string | null
  /** The message's digest under the person's key. */
  messageHash: Buffer
  /** Sealed; null: erased. */
  wordFacts: Buffer | null
}

/** The message that an attempt carried, rendered again; or why that is not possible. */
type SentMessage = { state: 'kept'; message: Message } | { state: 'erased' } | { state: 'unavailable'; problem: string }

/**
 * Which message did this attempt carry?
 *
 * Rendered from the facts stored with it, and accepted only if the hash equals the recorded one: an edited template would
 * otherwise show a text that was never sent. The installed text is tried first; if it has been edited since, the text stored
 * under the attempt's version.
 */
export async function sentMessage(
  runtime: Pick<Runtime, 'config' | 'vault' | 'ledger'>,
  sent: SentTrace,
): Promise<SentMessage> {
  const data = dataOf(runtime, sent)
  const facts = factsOf(data, sent)
  if (facts === null) return { state: 'erased' }
  const isIt = ({ hash }: { hash: string }): boolean =>
    data.isDigest('message', Buffer.from(hash, 'hex'), sent.messageHash)
  const installed = runtime.config.templates.get(sent.template)
  const again = installed === undefined ? null : renderAgain(runtime, installed, facts, sent, null, isIt)
  if (again !== null) return { state: 'kept', message: again }
  const kept = (await templateWords(runtime.ledger.db, sent.templateVersion)) as KeptWords | null
  if (kept === null)
    return {
      state: 'unavailable',
      problem: `the text of version ${sent.templateVersion} of template ${sent.template} is neither installed nor kept; the hash remains`,
    }
  const message = renderAgain(
    runtime,
    templateOfKept(kept, sent),
    facts,
    sent,
    kept.registration?.provider ?? null,
    isIt,
  )
  if (message !== null) return { state: 'kept', message }
  return {
    state: 'unavailable',
    problem: `version ${sent.templateVersion} of template ${sent.template} renders another message with this build than with the one that sent it; the hash remains`,
  }
}

/**
 * What may be left as a voicemail on a call whose text cannot be rendered again?
 *
 * The installed text's voicemail for the same facts, which reveals nothing to any listener. Null when that cannot be rendered
 * either.
 */
export function installedVoicemail(runtime: Pick<Runtime, 'config' | 'vault'>, sent: SentTrace): VoiceMessage | null {
  const facts = factsOf(dataOf(runtime, sent), sent)
  const template = runtime.config.templates.get(sent.template)
  if (facts === null || template === undefined) return null
  for (const locales of chainsOf(runtime, sent)) {
    const result = render(template, facts, { channel: 'phone', tone: sent.tone, locales, registeredWith: null })
    if (result.ok && result.message.channel === 'phone') return result.message
  }
  return null
}

const dataOf = ({ vault }: Pick<Runtime, 'vault'>, { recipientId: id, dataKey, dataKeyId }: SentTrace): PersonalData =>
  new PersonalData(vault, { id, dataKey, dataKeyId })

function factsOf(data: PersonalData, sent: SentTrace): TemplateFacts | null {
  return data.openJson(attemptWordFacts(`${sent.reminderId}.${sent.attemptNo}`), sent.wordFacts) as TemplateFacts | null
}

/** Null: this text renders to another message, or cannot be rendered. */
function renderAgain(
  runtime: Pick<Runtime, 'config'>,
  template: Template,
  facts: TemplateFacts,
  sent: SentTrace,
  registeredWith: string | null,
  isIt: (rendered: { hash: string }) => boolean,
): Message | null {
  for (const locales of registeredWith === null ? chainsOf(runtime, sent) : [[sent.locale]]) {
    const result = render(template, facts, { channel: sent.channel, tone: sent.tone, locales, registeredWith })
    if (result.ok && isIt(result)) return result.message
  }
  return null
}

/**
 * In which locales may the message have been rendered, likeliest first? Texts of the creditor may come from another
 * locale of the recipient's chain than the template's, so each chain that may have been used is tried.
 */
function chainsOf({ config }: Pick<Runtime, 'config'>, sent: SentTrace): string[][] {
  const standard = config.creditors.get(sent.creditor)?.defaults.locale ?? null
  return [
    localeChain([sent.recipientLocale, standard], config.locales),
    localeChain([sent.recipientLocale], config.locales),
    localeChain([sent.locale], config.locales),
    [sent.locale],
  ]
}
