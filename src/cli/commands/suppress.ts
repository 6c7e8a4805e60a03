import { Command, Option } from 'commander'
import { DecorumError } from '../../model/errors.ts'
import { CHANNELS, SUPPRESSION_REASONS } from '../../model/vocabulary.ts'
import { readSuppression } from '../arguments.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

interface Options {
  creditor: string
  recipient?: string
  channel?: string
  reason: string
  until?: string
  json?: true
}

/** `decorum suppress`: suppresses an address or a recipient from now on. */
export function command(): Command {
  return new Command('suppress')
    .description(
      'Stops contact at once: with one number or mailbox, or with a person (--recipient), on one channel or on all.',
    )
    .argument('[address]', 'a number such as +12125550123, or a mailbox')
    .requiredOption('--creditor <id>', 'whose borrower it is')
    .option('--recipient <id>', 'the creditor’s id of the person, instead of an address')
    .addOption(new Option('--channel <channel>', 'only this channel').choices(CHANNELS))
    .addOption(new Option('--reason <reason>', 'why').choices(SUPPRESSION_REASONS).default('opt-out'))
    .option('--until <instant>', 'RFC 3339; without it the stop stays until it is lifted')
    .option('--json', 'answer as one JSON document')
    .action(async (address: string | undefined, options: Options) => {
      if ((address === undefined) === (options.recipient === undefined)) {
        throw new DecorumError('DECORUM_BAD_INPUT', 'name either an address or --recipient', {
          hint: 'Run `decorum help suppress`.',
        })
      }
      const recipientScope = options.channel === undefined ? 'all' : 'channel'
      const body = readSuppression({
        creditor: options.creditor,
        scope: address === undefined ? recipientScope : 'address',
        recipientId: options.recipient,
        value: address,
        channel: options.channel,
        reason: options.reason,
        source: 'cli',
        until: options.until,
      })
      const answer = await withApp((app) => app.services.addSuppression(CLI_ACTOR, body))
      printAnswer(options.json, answer, () =>
        [
          `Stopped. ${answer.standing ? `It stood already, as ${answer.id}.` : `Suppression ${answer.id}.`}`,
          ...(body.scope !== 'all' && answer.scope === 'all'
            ? [`${body.reason} is about the person: everything to them stops, on every channel and address.`]
            : []),
          ...(answer.awaits === undefined
            ? []
            : ['No such person is known yet; the stop is kept, and acts when they come.']),
        ].join('\n'),
      )
    })
}
