import { Command } from 'commander'
import { DecorumError } from '../../model/errors.ts'
import { erasureInWords } from '../../report/erasure.ts'
import { readLanguage } from '../../report/words/terms.ts'
import { printAnswer } from '../output.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'

interface Options {
  creditor?: string
  lang: string
  json?: true
}

/** `decorum recipients erase|export`: what a person may ask of whoever keeps their data. */
export function command(): Command {
  return new Command('recipients')
    .description('What a person may ask: to see everything that is kept of them, and to be erased.')
    .addCommand(exportRecipient())
    .addCommand(eraseRecipient())
}

const options = (command: Command): Command =>
  command
    .argument('<recipient>', 'the creditor’s own id of the person')
    .option('--creditor <id>', 'whose, when several creditors use that id')
    .option('--lang <language>', 'language of the words: en or zh-CN', 'en')
    .option('--json', 'answer as one JSON document')

const exportRecipient = (): Command =>
  options(new Command('export'))
    .description('Everything that is kept of a person, as one document to hand over. The access is logged.')
    .action(async (id: string, { creditor = undefined, lang, json }: Options) => {
      const language = readLanguage(lang)
      const file = await withApp(({ services }) =>
        services.exportRecipient(CLI_ACTOR, { creditor: creditor ?? null, id }, language),
      )
      if (file === null)
        throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such recipient', {
          hint: 'Write the id as the creditor does.',
        })
      printAnswer(json, file, () => file.document.text)
    })

const eraseRecipient = (): Command =>
  options(new Command('erase'))
    .description(
      'Erases a person for good. Stops go on binding, and decisions keep code, rule and time. Refused under a legal hold and while evidence is owed.',
    )
    .action(async (id: string, { creditor = undefined, lang, json }: Options) => {
      const language = readLanguage(lang)
      const view = await withApp(({ services }) =>
        services.eraseRecipient(CLI_ACTOR, { creditor: creditor ?? null, id }, language),
      )
      printAnswer(json, view, () => erasureInWords(view, language))
    })
