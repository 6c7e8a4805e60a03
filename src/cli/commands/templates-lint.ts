import { Command } from 'commander'
import { EXIT } from '../../app/errors.ts'
import { lintTemplates } from '../../authoring/templates.ts'
import { rootDirectory } from '../../config/root-directory.ts'
import { findingLine, printAnswer } from '../output.ts'

/** `decorum templates lint`: exit 1 when a finding is an error. */
export function command(): Command {
  return new Command('lint')
    .description(
      'Judges every text: words that must never be said, facts it needs, lengths, and what strangers may see or hear.',
    )
    .argument('[template]', 'only this one')
    .option('--json', 'answer as one JSON document')
    .action((template: string | undefined, options: { json?: true }) => {
      const { templates, findings } = lintTemplates(rootDirectory(), template ?? null)
      const errors = findings.filter((f) => f.severity === 'error').length
      printAnswer(options.json, { ok: errors === 0, templates, findings }, () =>
        [
          ...findings.map(findingLine),
          `${templates.length} templates, ${errors} errors, ${findings.length - errors} warnings.`,
        ].join('\n'),
      )
      if (errors > 0) process.exitCode = EXIT.failed
    })
}
