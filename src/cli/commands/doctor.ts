import { Command } from 'commander'
import { configuration } from '../../config/load.ts'
import { diagnose } from '../../app/diagnose.ts'
import { EXIT } from '../../app/errors.ts'
import { printAnswer } from '../output.ts'

/** `decorum doctor`: exit 1 when a part has a problem. */
export function command(): Command {
  return new Command('doctor')
    .description(
      'Asks the ledger, its schema and clock, the queue and every provider whether they are there and set up as they must be. Sends nothing.',
    )
    .option('--json', 'answer as one JSON document')
    .action(async (options: { json?: true }) => {
      const { config, warnings } = configuration()
      const parts = await diagnose(config)
      const ok = parts.every((p) => p.ok)
      printAnswer(options.json, { ok, parts, warnings }, () =>
        [
          ...parts.map((p) => (p.ok ? `✓ ${p.part}: ${p.finding}` : `✗ ${p.part}: ${p.problem}`)),
          ...warnings.map((w) => `! ${w.message}`),
        ].join('\n'),
      )
      if (!ok) process.exitCode = EXIT.failed
    })
}
