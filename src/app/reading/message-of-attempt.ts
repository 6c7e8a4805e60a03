import type { Message } from '../../model/message.ts'
import type { WordFacts } from '../../model/word-facts.ts'
import { PersonalData } from '../../pipeline/personal-data.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { attemptWordFacts } from '../../record/places.ts'
import type { SentWords } from '../../record/reading/sent-words.ts'
import { renderAgain } from '../../pipeline/render-again.ts'

/** The message that an attempt carried, made again; or why it cannot be. */
export type RenderedAgain = { state: 'kept'; message: Message } | { state: 'erased' } | { state: 'unavailable'; problem: string }

/**
 * Which words did this attempt carry?
 *
 * Rendered from the facts that were kept with it and believed only if the hash is the same as
 * then: an edited template would otherwise put words into the record that nobody was sent.
 */
export function messageOfAttempt({ config, vault }: Pick<Shell, 'config' | 'vault'>, sent: SentWords): RenderedAgain {
  const data = new PersonalData(vault, { id: sent.recipient_id, dataKey: sent.data_key, dataKeyId: sent.data_key_id })
  const facts = data.open(attemptWordFacts(`${sent.reminder_id}.${sent.no}`), sent.word_facts)
  if (facts === null) return { state: 'erased' }
  const template = config.templates.get(sent.template)
  if (template === undefined) return { state: 'unavailable', problem: `template ${sent.template} is not installed any more` }
  const parsed = JSON.parse(facts) as WordFacts
  const message = renderAgain(config, template, parsed, {
    creditor: sent.creditor, channel: sent.channel, tone: sent.tone, locale: sent.locale, recipientLocale: sent.recipient_locale,
    hash: sent.message_hash.toString('hex'), registeredWith: null,
  })
  if (message !== null) return { state: 'kept', message }
  return { state: 'unavailable', problem: `version ${sent.template_version} of template ${sent.template} is not the one installed now; the hash remains` }
}
