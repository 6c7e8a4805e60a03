import { runWorker } from '../src/app/run-daemon.ts'

process.exit(
  await runWorker({
    name: 'notifier',
    daemons: ['notifier'],
    purpose: 'Tells upstream systems what happened, from the outbox of the ledger.',
  }),
)
