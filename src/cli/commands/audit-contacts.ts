import { Command } from 'commander'
import { DecorumError } from '../../model/errors.ts'
import { contactAuditInWords } from '../../report/audit.ts'
import { readPeriod } from '../arguments.ts'
import { withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

/** `decorum audit contacts`: evidence for the compliance officer; ids only. */
export function command(): Command {
  return new Command('contacts')
    .description(
      "Judges every contact of a period, agents' and agencies' included, by the rules in force on its day; with opt-out latency, packs due for review and calendars that end. Each figure comes with its query.",
    )
    .requiredOption('--from <day or instant>', 'the beginning of the period')
    .requiredOption('--to <day or instant>', 'its end: the first moment that is not looked at any more')
    .option('--zone <zone>', 'where days begin', 'UTC')
    .option('--creditor <id>', "only this creditor's")
    .option('--json', 'answer as one JSON document')
    .action(async (options: { from: string; to: string; zone: string; creditor?: string; json?: true }) => {
      const period = readPeriod(options.from, options.to, options.zone)
      const audit = await withApp(({ config, services }) => {
        if (options.creditor !== undefined && !config.creditors.has(options.creditor)) {
          throw new DecorumError('DECORUM_BAD_INPUT', 'that is not a configured creditor', {
            hint: `Configured are ${[...config.creditors.keys()].join(', ')}.`,
          })
        }
        return services.auditContacts({ ...period, creditor: options.creditor ?? null })
      })
      printAnswer(options.json, audit, () => contactAuditInWords(audit))
    })
}
