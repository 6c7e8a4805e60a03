import type { LocalText } from '../../model/word-facts.ts'
import { localeChain } from '../../model/locale-chain.ts'
import { unsubscribe } from '../../pipeline/accept/unsubscribe.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { mailToStop, type MailToStop } from '../../record/reading/mail-to-stop.ts'
import type { Hooks } from '../services/hooks.ts'
import { readUnsubscribeToken } from '../unsubscribe-token.ts'

/** The page behind the link in every email, and the one click that mail programs make for people. */
export function unsubscribing(shell: Shell): Pick<Hooks, 'readUnsubscribe' | 'unsubscribe'> {
  async function subjectOf(token: string): Promise<MailToStop | null> {
    const addressId = readUnsubscribeToken(shell.vault, token)
    return addressId === null ? null : mailToStop(shell.ledger.db, addressId)
  }

  function senderName({ creditor, locale }: MailToStop): string {
    const words = shell.config.creditors.get(creditor)?.words
    return words === undefined ? creditor : inLocale(words.name, localeChain([locale], shell.config.locales))
  }

  return {
    async readUnsubscribe(token) {
      const subject = await subjectOf(token)
      return subject === null ? null : { locale: subject.locale, creditorName: senderName(subject), done: subject.stopped }
    },

    async unsubscribe(token) {
      const subject = await subjectOf(token)
      if (subject === null) return false
      if (subject.stopped) return true
      await unsubscribe(shell, subject)
      return true
    },
  }
}

const inLocale = (text: LocalText, locales: readonly string[]): string =>
  typeof text === 'string' ? text : (locales.map((locale) => text[locale]).find((found) => found !== undefined) ?? Object.values(text)[0] ?? '')
