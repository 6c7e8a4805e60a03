import { runWorker } from '../src/app/run-daemon.ts'

process.exit(
  await runWorker({
    name: 'sweeper',
    daemons: ['sweeper'],
    purpose:
      'Rings again what was left queued, asks providers about attempts in doubt, and ends what is past its deadline.',
  }),
)
