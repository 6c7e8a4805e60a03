import { Command } from 'commander'
import { runDaemon } from '../../app/run-daemon.ts'
import { serveHttp } from '../serve-http.ts'

/** `decorum serve`: the HTTP interface; run `decorum work` beside it. */
export function command(): Command {
  return new Command('serve')
    .description('Runs the HTTP interface on PORT: accounts in, questions answered, callbacks taken. Daemons run beside it: `decorum work`.')
    .action(async () => {
      process.exit(await runDaemon({ daemons: [], healthPort: null, alongside: serveHttp }))
    })
}
