import { runWorker } from '../src/app/run-daemon.ts'

process.exit(
  await runWorker({
    name: 'planner',
    daemons: ['planner'],
    purpose: 'Works out which reminders fall due and rings the queues of their routes.',
  }),
)
