import { Command } from 'commander'
import { EXIT } from '../../app/errors.ts'
import { policyPacks, runVectors } from '../../authoring/packs.ts'
import { DecorumError } from '../../model/errors.ts'
import { nearMiss } from '../../model/faults.ts'
import { printAnswer } from '../output.ts'

/** `decorum policies vectors [pack]`: exit 1 when a vector fails. */
export function command(): Command {
  return new Command('vectors')
    .description(
      'Decides every example that packs carry, beside all other packs, and says which come out otherwise than written.',
    )
    .argument('[pack]', 'only this one, by its id')
    .option('--json', 'answer as one JSON document')
    .addHelpText('after', '\nExit codes: 0 all come out as written, 1 some do not.')
    .action((id: string | undefined, options: { json?: true }) => {
      const packs = policyPacks()
      if (id !== undefined && !packs.some((pack) => pack.id === id)) {
        const meant = nearMiss(
          id,
          packs.map((pack) => pack.id),
        )
        throw new DecorumError('DECORUM_BAD_INPUT', `there is no pack "${id}"`, {
          hint: meant === null ? 'Run `decorum policies list`.' : `Did you mean "${meant}"?`,
        })
      }
      const reports = runVectors(packs).filter((report) => id === undefined || report.id === id)
      printAnswer(options.json, { packs: reports }, () =>
        reports
          .map(({ id: pack, version, vectors, failures }) =>
            [
              `${failures.length === 0 ? '✓' : '✗'} ${pack} ${version}: ${vectors - failures.length} of ${vectors} examples come out as written`,
              ...failures.map((failure) => `    ${failure.name}: ${failure.problem}`),
            ].join('\n'),
          )
          .join('\n'),
      )
      if (reports.some((report) => report.failures.length > 0)) process.exitCode = EXIT.failed
    })
}
