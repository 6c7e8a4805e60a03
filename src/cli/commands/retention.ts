import { Command } from 'commander'
import { retentionInWords } from '../../report/retention-report.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

/** `decorum retention`: for an operator or cron; nothing is dropped automatically. */
export function command(): Command {
  return new Command('retention')
    .description(
      'Which months of attempts, decisions, receipts and contacts are older than the packs and the house demand? Drops them with --apply, at once and without touching a row; what must stay of them stays. Webhook notices settled long ago go too.',
    )
    .option('--apply', 'drop them; without this nothing is changed')
    .option('--json', 'answer as one JSON document')
    .action(async (options: { apply?: true; json?: true }) => {
      const report = await withApp(({ services }) => services.retain(CLI_ACTOR, options.apply === true))
      printAnswer(options.json, report, () => retentionInWords(report))
      if (report.pieces.some((partition) => partition.fate === 'busy')) process.exitCode = 1
    })
}
