import { Argument, Command } from 'commander'
import { DAEMONS, type Daemon } from '../../app/app.ts'
import { portOf, runDaemon } from '../../app/run-daemon.ts'

/** `decorum work <daemon>`: one daemon of workers/ in this process, or all of them. */
export function command(): Command {
  return new Command('work')
    .description('Runs one daemon, or all of them. SIGTERM or SIGINT drains; a second signal aborts.')
    .addArgument(new Argument('<daemon>', 'which one').choices([...DAEMONS, 'all']))
    .option('--health-port <port>', 'answer /healthz and /readyz there (0: any free port)')
    .option('--paused', 'send nothing until told: pauses everything, in every process, and says how to go on')
    .action(async (daemon: Daemon | 'all', options: { healthPort?: string; paused?: boolean }) => {
      const healthPort = portOf(options.healthPort, '--health-port')
      process.exit(
        await runDaemon({
          daemons: daemon === 'all' ? DAEMONS : [daemon],
          healthPort,
          paused: options.paused ?? false,
        }),
      )
    })
}
