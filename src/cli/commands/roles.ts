import { Command } from 'commander'
import { grantLedgerRoles, ledgerRolesSql } from '../../app/diagnose.ts'
import { configuration } from '../../config/load.ts'
import { DecorumError } from '../../model/errors.ts'

/** `decorum roles`: prints the SQL, or runs it as the owner of the ledger. */
export function command(): Command {
  return new Command('roles')
    .description(
      'Prints the SQL that gives database roles their rights: one for the daemons without DDL and without DELETE or UPDATE on evidence, and one that reads. With --apply runs it, as the owner that DATABASE_URL names. Run it again after each migration.',
    )
    .option('--runtime <role>', 'what daemons, API and command line work as', 'decorum_runtime')
    .option('--reader <role>', 'what audits and reports read as', 'decorum_reader')
    .option('--apply', 'run it; without this it is only printed')
    .action(async (options: { runtime: string; reader: string; apply?: true }) => {
      const roles = { runtime: options.runtime, reader: options.reader }
      if (
        Object.values(roles).some((role) => role === '' || Buffer.byteLength(role) > 63) ||
        roles.runtime === roles.reader
      )
        throw new DecorumError('DECORUM_BAD_INPUT', 'these are not two names of roles', {
          hint: 'Give two different names of at most 63 bytes.',
        })
      if (options.apply === undefined) process.stdout.write(`${ledgerRolesSql(roles).join(';\n')};\n`)
      else {
        await grantLedgerRoles(configuration().config, roles)
        process.stdout.write(`${roles.runtime} and ${roles.reader} have their rights.\n`)
      }
    })
}
