import { runWorker } from '../src/app/run-daemon.ts'

process.exit(
  await runWorker({
    name: 'email',
    daemons: ['email'],
    purpose: 'Decides, renders and sends what is queued on the email routes.',
  }),
)
