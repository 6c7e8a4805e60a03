import { Command } from 'commander'
import { DecorumError } from '../../model/errors.ts'
import { type Instant, parseInstant } from '../../model/time.ts'
import { everyPage, printAnswer } from '../output.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'

interface Options {
  recipient?: string
  actor?: string
  creditor?: string
  from?: Instant
  to?: Instant
  json?: true
}

/** `decorum audit access`: who read or changed what, of a person or by an actor. */
export function command(): Command {
  return new Command('access')
    .description('Who read personal data or changed something, the newest first.')
    .option('--recipient <id>', 'of this person, by the creditor’s own id')
    .option('--actor <name>', 'by this one: key:<id> or user:<name>')
    .option('--creditor <id>', 'of this creditor')
    .option('--from <instant>', 'from then on, such as 2026-11-01T00:00:00Z', readInstant)
    .option('--to <instant>', 'until before then', readInstant)
    .option('--json', 'answer as one JSON document')
    .action(async (options: Options) => {
      const entries = await withApp(({ services }) =>
        everyPage((cursor) =>
          services.listAccess(CLI_ACTOR, {
            cursor,
            limit: 500,
            recipientId: options.recipient,
            actor: options.actor,
            creditor: options.creditor,
            from: options.from,
            to: options.to,
          }),
        ),
      )
      printAnswer(options.json, { entries }, () =>
        entries.length === 0
          ? 'Nothing was read or changed.'
          : entries
              .map(({ at, actor, action, recipientId, subject }) =>
                [at, actor, action, ...(recipientId === null ? [] : [`recipient ${recipientId}`]), subject].join('  '),
              )
              .join('\n'),
      )
    })
}

function readInstant(text: string): Instant {
  const instant = parseInstant(text)
  if (instant !== null) return instant
  throw new DecorumError('DECORUM_BAD_INPUT', 'this is not an instant with an offset', {
    hint: 'Write it like 2026-11-01T00:00:00Z.',
  })
}
