import { Command } from 'commander'
import { comparePacks } from '../../authoring/packs.ts'
import { packDiffInWords } from '../../report/pack-diff.ts'
import { printAnswer } from '../output.ts'

/** `decorum policies diff <a> <b>`: rule by rule, in words. */
export function command(): Command {
  return new Command('diff')
    .description(
      'Says what changed from one pack to another: each rule that is new, gone or altered, with every number that moved.',
    )
    .argument('<a>', 'the earlier: a .yaml file, id@version, or an id (its latest version)')
    .argument('<b>', 'the later, in the same way')
    .option('--json', 'answer as one JSON document')
    .action((a: string, b: string, options: { json?: true }) => {
      const diff = comparePacks(a, b)
      printAnswer(options.json, diff, () => packDiffInWords(diff))
    })
}
