import { DecorumError } from '../model/errors.ts'
import { languageNamed, LANGUAGES, type Language } from '../report/words/language.ts'

export { LANGUAGES, type Language }

/**
 * In which language does somebody want to be told?
 *
 * @throws DECORUM_BAD_INPUT with the languages there are
 */
export function readLanguage(tag: string): Language {
  const language = languageNamed(tag)
  if (language !== null) return language
  throw new DecorumError('DECORUM_BAD_INPUT', '--lang names a language in which nothing is explained yet', { hint: `Choose one of: ${LANGUAGES.join(', ')}.` })
}
