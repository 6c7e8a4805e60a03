import { runWorker } from '../src/app/run-daemon.ts'

process.exit(
  await runWorker({
    name: 'phone',
    daemons: ['phone'],
    purpose: 'Decides, renders and makes the calls that are queued on the phone routes.',
  }),
)
