import { runWorker } from '../src/app/run-daemon.ts'

process.exit(
  await runWorker({
    name: 'sms',
    daemons: ['sms'],
    purpose: 'Decides, renders and sends what is queued on the SMS routes.',
  }),
)
