import { Command } from 'commander'
import { policyPacks } from '../../authoring/packs.ts'
import { DecorumError } from '../../model/errors.ts'
import { nearMiss } from '../../model/faults.ts'
import { packInWords } from '../../report/pack-words.ts'
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
      printAnswer(options.json, versions, () => versions.map((pack) => packInWords(pack, language)).join('\n\n'))
    })
}
