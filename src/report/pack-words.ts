import type { Pack } from '../model/pack.ts'
import type { PackRule } from '../model/pack-rule.ts'
import { consentName, hoursWords } from './rule-words.ts'
import { catalogueOf, citationIn, readingIn, type Catalogue } from './words/catalogue.ts'
import type { Language } from './words/language.ts'
import { openWord } from './words/terms.ts'

/** A pack as an officer reads it: since when it is in force, and each rule with its number, its citation and the reading chosen. */
export function packInWords(pack: Pack, language: Language): string {
  const words = catalogueOf(language)
  const { terms, pack: say, original } = words
  return [
    `${pack.id} ${pack.version}: ${original(pack.title)}`,
    say.force(pack.validFrom, pack.validUntil, original(pack.source)),
    pack.reviewer === null ? say.unsigned : say.signed(pack.reviewer),
    ...pack.rules.flatMap((rule) => {
      const id = `${pack.id}/${rule.id}`
      const numbers = numbersOf(rule, words)
      return [
        `  ${words.source(`${rule.id} (${words.list([openWord(terms.shape, rule.shape), ...(rule.status === 'off' ? [say.off] : [])])})`, citationIn(language, id, rule.citation), terms.verified[rule.verified])}`,
        ...(numbers === null ? [] : [`      ${numbers}`]),
        ...(rule.unless === undefined ? [] : [`      ${words.asksConsent(words.list(rule.unless.consent.map((kind) => consentName(words, kind))), false)}`]),
        ...(rule.reading === undefined ? [] : [`      ${words.reading(readingIn(language, id, rule.reading.trim()))}`]),
      ]
    }),
  ].join('\n')
}

/** What does the rule limit? Null where it has no number. */
function numbersOf(rule: PackRule, words: Catalogue): string | null {
  const { terms, list } = words
  const channels = (named: readonly (keyof typeof terms.channel)[]): string => list(named.map((channel) => terms.channel[channel]))
  const event = (wanted: { event: keyof typeof terms.event; kind?: string | undefined }): string => words.named(terms.event[wanted.event], wanted.kind === undefined ? null : openWord(terms.eventKind, wanted.kind))
  switch (rule.shape) {
    case 'window': return hoursWords({ allow: rule.allow ?? null, ban: rule.ban ?? null, closedDays: rule.closedDays ?? [], calendar: rule.holidays?.calendar ?? null }, words)
    case 'cap': return words.join([
      words.limit(rule.limit, terms.unit[rule.counts], channels(rule.channels), words.window(rule.window), terms.key[rule.key]),
      ...(rule.mode === undefined ? [] : [words.onlyMode(terms.mode[rule.mode])]), ...(rule.freeUnanswered === undefined ? [] : [words.free(rule.freeUnanswered)]),
    ])
    case 'exclusivity': return words.limitChannels(rule.limit, channels(rule.channels), words.window(rule.window), terms.key[rule.key])
    case 'spacing': return words.wait(rule.minutes === undefined ? words.days(rule.days ?? 0) : words.minutes(rule.minutes), terms.unit[rule.counts], channels(rule.channels), terms.key[rule.key])
    case 'cooldown': return words.wait(words.days(rule.days), terms.unit[rule.after], channels(rule.channels), terms.key[rule.key])
    case 'precondition': return words.join([
      rule.requires === undefined ? words.dueFrom(rule.daysPastDue ?? 0) : words.wants(event(rule.requires)),
      ...(rule.waitDays === undefined ? [] : [words.waits(rule.waitDays, false)]), ...(rule.waitBusinessDays === undefined ? [] : [words.waits(rule.waitBusinessDays.days, true)]),
    ])
    case 'duty': return words.join([words.wants(event(rule.owes)), ...(rule.withinDays === undefined ? [] : [words.within(rule.withinDays, null)])])
    case 'stop': return list(rule.reasons.map((reason) => terms.stop[reason]))
    case 'consent': return words.asksConsent(list(rule.needs.map((kind) => consentName(words, kind))), true)
    case 'content': return words.join([
      ...(rule.requires === undefined ? [] : [words.mustSay(list(rule.requires.map((block) => terms.block[block])))]),
      ...(rule.forbids === undefined ? [] : [words.tooMuch(list(rule.forbids.map((block) => terms.block[block])))]),
      ...(rule.only === undefined ? [] : [words.onlySays(list(rule.only.map((block) => terms.block[block])))]),
    ])
    case 'third-party': return words.lets(list(rule.relations.map((relation) => terms.relation[relation])))
    default: return null
  }
}
