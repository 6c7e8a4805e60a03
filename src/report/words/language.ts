/** Languages in which decisions, reminders and rules are explained. */
export const LANGUAGES = ['en', 'zh-CN'] as const
export type Language = (typeof LANGUAGES)[number]

/** Traditional readers are not given Simplified words: they are told which languages there are instead. */
const NAMED: readonly [RegExp, Language][] = [[/^en(?:-[a-z0-9]+)*$/i, 'en'], [/^zh(?:-(?:hans|cn|sg|my))*$/i, 'zh-CN']]

/** Which of them does this BCP 47 tag mean? Null: none. */
export const languageNamed = (tag: string): Language | null => NAMED.find(([names]) => names.test(tag.trim().replaceAll('_', '-')))?.[1] ?? null
