import { Command } from 'commander'
import { conditionInWords, policyPacks, ruleInWords } from '../../authoring/packs.ts'
import { DecorumError } from '../../model/errors.ts'
import { nearMiss } from '../../model/faults.ts'
import type { Pack } from '../../model/pack.ts'
import { packInWords } from '../../report/rule-words.ts'
import { readLanguage } from '../../report/words/terms.ts'
import { printAnswer } from '../output.ts'

/** `decorum policies show <pack>`: each rule with its numbers and where it comes from. */
export function command(): Command {
  return new Command('show')
    .description(
      'Shows the rules of one pack with their numbers, each with its citation, its source and whether that was verified.',
    )
    .argument('<pack>', 'its id')
    .option('--json', 'answer as one JSON document')
    .option('--lang <language>', 'language of the words: en or zh-CN', 'en')
    .action((id: string, options: { json?: true; lang: string }) => {
      const language = readLanguage(options.lang)
      const packs = policyPacks()
      const versions = packs.filter((p) => p.id === id)
      if (versions.length === 0) {
        const meant = nearMiss(
          id,
          packs.map((p) => p.id),
        )
        throw new DecorumError('DECORUM_BAD_INPUT', `there is no pack "${id}"`, {
          hint: meant === null ? 'Run `decorum policies list`.' : `Did you mean "${meant}"?`,
        })
      }
      printAnswer(options.json, versions, () =>
        versions.map((pack) => (language === 'en' ? inWords(pack) : packInWords(pack, language))).join('\n\n'),
      )
    })
}

const inWords = (pack: Pack): string =>
  [
    `${pack.id} ${pack.version}: ${pack.title}`,
    `In force from ${pack.validFrom}${pack.validUntil === null ? '' : ` until before ${pack.validUntil}`}. Source: ${pack.source}`,
    pack.readBy === null
      ? 'Nobody has read it against its sources yet.'
      : `Read against its sources by ${pack.readBy} on ${pack.readOn}.`,
    pack.reviewer === null ? 'No counsel has signed it off for live use.' : `Signed off by ${pack.reviewer}.`,
    `Applies to ${conditionInWords(pack.applies)}.`,
    ...(pack.extends === undefined
      ? []
      : [`Every rule of ${pack.extends} holds here too, unless one of the same id stands below.`]),
    ...pack.rules.flatMap((rule) => [
      '',
      `  ${rule.id} (${rule.shape}${rule.status === 'off' ? ', off' : ''}): ${rule.citation}${rule.verified === 'no' ? ', not verified' : ''}`,
      ...ruleInWords(rule).map((line) => `    ${line.trim()}`),
    ]),
  ].join('\n')
