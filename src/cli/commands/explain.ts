import { Command } from 'commander'
import { DecorumError } from '../../model/errors.ts'
import { readLanguage } from '../../report/words/terms.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

/** `decorum explain`: facts, rules, decisions, attempts and receipts of one reminder. */
export function command(): Command {
  return new Command('explain')
    .description(
      'Says why a reminder was sent, deferred or not sent: the facts, every rule with its citation, what was tried and what came of it.',
    )
    .argument('<reminder>', 'its id, as lists and answers show it')
    .option('--json', 'answer as one JSON document')
    .option('--lang <language>', 'language of the words: en or zh-CN', 'en')
    .action(async (id: string, options: { json?: true; lang: string }) => {
      const language = readLanguage(options.lang)
      const found = await withApp(async ({ services }) => {
        const reminder = await services.getReminder(CLI_ACTOR, id)
        const explained = await services.explainReminder(CLI_ACTOR, id, language)
        return reminder === null || explained === null ? null : { reminder, ...explained }
      })
      if (found === null)
        throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such reminder', {
          hint: 'List them with GET /v1/reminders, or read an account with `decorum timeline`, which names them in brackets.',
        })
      printAnswer(options.json, { ...found.reminder, explanation: found.lines, asked: found.asked }, () =>
        found.lines.join('\n'),
      )
    })
}
