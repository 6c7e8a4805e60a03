import { Command } from 'commander'
import { EXIT } from '../../app/errors.ts'
import { DecorumError } from '../../model/errors.ts'
import { replayInWords } from '../../report/audit.ts'
import { withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

/** More would not fit in memory with their facts. */
const MOST = 100_000

/** `decorum audit decisions`: exit 1 when a replayed decision differs. */
export function command(): Command {
  return new Command('decisions')
    .description(
      'Takes recorded decisions at random from the ledger, decides each again from its facts, with the pack versions and at the instant it was made for, and compares byte for byte.',
    )
    .option('--sample <n>', 'how many of reminders, and as many of permits', '1000')
    .option('--json', 'answer as one JSON document')
    .addHelpText('after', '\nExit codes: 0 all came out the same, 1 some did not.')
    .action(async (options: { sample: string; json?: true }) => {
      const sample = /^\d{1,6}$/.test(options.sample) ? Number(options.sample) : 0
      if (sample < 1 || sample > MOST)
        throw new DecorumError('DECORUM_BAD_INPUT', '--sample is not a number of decisions', {
          hint: `Give a whole number from 1 to ${MOST}.`,
        })
      const report = await withApp(({ services }) => services.auditDecisions(sample))
      printAnswer(options.json, report, () => replayInWords(report))
      if (report.differences.length > 0) process.exitCode = EXIT.failed
    })
}
