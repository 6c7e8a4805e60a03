import type { Config } from '../../config/config.ts'
import type { CarriedBlocks } from '../../model/content-block.ts'
import type { Creditor } from '../../model/creditor.ts'
import { localeChain } from '../../model/locale-chain.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import { carriedBlocks } from '../../render/carried-blocks.ts'

/** The locales in which this person is written to, the best first. */
export const localesFor = (config: Pick<Config, 'locales'>, person: { locale: string | null }, creditor: Creditor): string[] =>
  localeChain([person.locale, creditor.defaults.locale], config.locales)

/**
 * What do the words carry in which this reminder would go out?
 *
 * @returns  null where that is not for us to say: no such words, or a vendor's approved text goes out instead
 */
export function carriedWords(
  config: Pick<Config, 'locales' | 'templates'>, reminder: Pick<FencedReminder, 'template' | 'channel' | 'tone'>, person: { locale: string | null },
  creditor: Creditor | undefined, forms: readonly string[],
): CarriedBlocks | null {
  const template = config.templates.get(reminder.template)
  if (template === undefined || creditor === undefined || !forms.includes('text')) return null
  return carriedBlocks(template, { channel: reminder.channel, tone: reminder.tone, locales: localesFor(config, person, creditor) })
}
