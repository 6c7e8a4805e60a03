import { Command, Option } from 'commander'
import { DecorumError } from '../../model/errors.ts'
import { readDoubtResolution } from '../arguments.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { everyPage, printAnswer } from '../output.ts'

/** `decorum doubts list|resolve`: attempts that may or may not have gone out. */
export function command(): Command {
  return new Command('doubts')
    .description('Attempts that may or may not have gone out: list them, and say what is known of one.')
    .addCommand(listCommand())
    .addCommand(resolveCommand())
}

function listCommand(): Command {
  return new Command('list')
    .description('Lists attempts in doubt, the oldest first. None is ever sent again by itself.')
    .option('--creditor <id>', 'only this creditor’s')
    .option('--json', 'answer as one JSON document')
    .action(async (options: { creditor?: string; json?: true }) => {
      const items = await withApp(({ services }) =>
        everyPage((cursor) => services.listDoubts(CLI_ACTOR, { creditor: options.creditor, limit: 500, cursor })),
      )
      printAnswer(options.json, { items }, () =>
        items.length === 0
          ? 'Nothing is in doubt.'
          : items
              .map((d) => {
                const looks = d.looks.map((look) => `\n    ${look.at} ${look.by}: ${look.as}, ${look.reason}`).join('')
                return `${d.reminderId} attempt ${d.attemptNo}  ${d.channel} over ${d.route}  reserved ${d.reservedAt}  ${d.code ?? 'no code'}${looks}`
              })
              .join('\n'),
      )
    })
}

function resolveCommand(): Command {
  return new Command('resolve')
    .description('Says what is known of an attempt in doubt; what is said, and by whom, stays on the record.')
    .argument('<reminder>', 'its id')
    .argument('<attempt>', 'its number, as `decorum doubts list` shows it')
    .addOption(
      new Option(
        '--as <answer>',
        'accept: the provider had it; reject: it surely did not go out; leave: still not known',
      )
        .choices(['accept', 'reject', 'leave'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'what it is known from')
    .option('--json', 'answer as one JSON document')
    .action(async (reminder: string, attempt: string, options: { as: string; reason: string; json?: true }) => {
      if (!/^[1-9]\d{0,4}$/.test(attempt) || Number(attempt) > 32_767)
        throw new DecorumError('DECORUM_BAD_INPUT', 'that is not the number of an attempt', {
          hint: 'List them with `decorum doubts list`.',
        })
      const body = readDoubtResolution({ as: options.as, reason: options.reason })
      const answer = await withApp(({ services }) => services.resolveDoubt(CLI_ACTOR, reminder, Number(attempt), body))
      printAnswer(options.json, answer, () => `Recorded: ${answer.as}. The reminder is now ${answer.reminderStatus}.`)
    })
}
