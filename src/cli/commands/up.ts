import { Command } from 'commander'
import { DAEMONS } from '../../app/app.ts'
import { runDaemon } from '../../app/run-daemon.ts'
import { serveHttp } from './serve.ts'

/** `decorum up`: the HTTP interface and every daemon in one process; embedded when nothing is configured. */
export function command(): Command {
  return new Command('up')
    .description(
      'Runs the HTTP interface and every daemon in one process. Without DATABASE_URL the ledger is embedded, under ./data.',
    )
    .option('--paused', 'send nothing until told: pauses everything, in every process, and says how to go on')
    .action(async ({ paused = false }: { paused?: boolean }) => {
      process.exit(await runDaemon({ daemons: DAEMONS, healthPort: null, paused, alongside: serveHttp }))
    })
}
