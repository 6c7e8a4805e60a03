import { runWorker } from '../src/app/run-worker.ts'

process.exit(await runWorker({
  name: 'planner',
  daemons: ['planner'],
  purpose: 'Works out which reminders fall due and rings the queues of their routes.',
}))
