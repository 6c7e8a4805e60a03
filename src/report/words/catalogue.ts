import { EN, type Catalogue } from './en.ts'
import { citationZh } from './citations-zh.ts'
import type { Language } from './terms.ts'
import { ZH } from './zh.ts'

export type { Catalogue }

const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: EN, 'zh-CN': ZH }

/** The texts of explanations in one language. */
export const catalogueOf = (language: Language): Catalogue => CATALOGUES[language]

/** A citation in this language: the product's and the house's own words translated, law as it is cited. */
export const citationIn = (language: Language, rule: string, citation: string): string =>
  language === 'en' ? citation : (citationZh(rule, citation) ?? citation)
