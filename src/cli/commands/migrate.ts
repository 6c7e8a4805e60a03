import { Command } from 'commander'
import { migrateLedger } from '../../app/diagnose.ts'
import { configuration } from '../../config/load.ts'
import { printAnswer } from '../output.ts'

/** `decorum migrate`: migrates the ledger to this build's schema. */
export function command(): Command {
  return new Command('migrate')
    .description(
      'Brings the ledger to the schema of this build: all missing steps or none; and makes room for the months to come. Safe from several processes at once.',
    )
    .option('--json', 'answer as one JSON document')
    .action(async (options: { json?: true }) => {
      const { config } = configuration()
      const { applied, made } = await migrateLedger(config)
      printAnswer(options.json, { applied, made }, () =>
        [
          applied.length === 0 ? 'The ledger is up to date.' : `Applied: ${applied.join(', ')}.`,
          ...(made.length === 0 ? [] : [`Made: ${made.join(', ')}.`]),
        ].join('\n'),
      )
    })
}
