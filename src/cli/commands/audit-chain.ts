import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { EXIT } from '../../app/errors.ts'
import { DecorumError } from '../../model/errors.ts'
import { chainAuditInWords } from '../../report/chain-audit.ts'
import { printAnswer } from '../output.ts'
import { withApp } from '../with-app.ts'

/** `decorum audit chain`: exit 1 when the evidence is not as it was written; ids only. */
export function command(): Command {
  return new Command('chain')
    .description(
      'Reckons the chain of evidence again, for each creditor, and compares every row of it with its last link: names the first that was changed, added or removed, and any link that a signed head names and that is not there. Writes nothing.',
    )
    .option('--creditor <id>', "only this creditor's chain, and the one of all")
    .option('--heads <file>', 'a file of signed heads; otherwise the one that chain.heads.file names')
    .option('--json', 'answer as one JSON document')
    .addHelpText('after', '\nExit codes: 0 the evidence is as it was written, 1 it is not.')
    .action(async (options: { creditor?: string; heads?: string; json?: true }) => {
      const heads = options.heads === undefined ? null : resolve(options.heads)
      if (heads !== null && !existsSync(heads))
        throw new DecorumError('DECORUM_BAD_INPUT', 'the file of heads is not there', {
          hint: 'Give the file that a sweeper appends to (chain.heads.file), or a copy of it.',
        })
      const audit = await withApp(({ services }) => services.auditChain({ creditor: options.creditor ?? null, heads }))
      printAnswer(options.json, audit, () => chainAuditInWords(audit))
      if (!audit.intact) process.exitCode = EXIT.failed
    })
}
